/**
 * Finds what a CUDA device needs before anything of it can run: the libraries of NVIDIA, in the user's folders, in the jars, on
 * the loader's path or in a toolkit, and the devices that the driver offers. Nothing in here needs a GPU to be asked.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.load;

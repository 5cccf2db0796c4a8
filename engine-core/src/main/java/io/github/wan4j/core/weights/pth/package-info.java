/**
 * PyTorch's {@code .pth} files, read without Python and without running anything in them.
 *
 * <p>Such a file is a zip archive of uncompressed entries: {@code data.pkl}, a pickle that describes the objects, and
 * {@code data/0}, {@code data/1}, …, the bytes of each storage, which can be mapped in place. A pickle is a program for
 * a small stack machine that may import and call anything; {@link io.github.wan4j.core.weights.pth.Unpickler} knows a
 * dozen imports by name, builds tensors' descriptions and plain containers from them, and refuses every other by name.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.core.weights.pth;

/**
 * Running compiled kernels: modules of code in a device's context, launches whose parameter memory is written again each time
 * (tens of nanoseconds instead of microseconds), events, and captured graphs of launches.
 */
@org.jspecify.annotations.NullMarked
package io.github.wan4j.cuda.launch;

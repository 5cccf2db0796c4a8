/**
 * The values and small interfaces of the public API: what is asked for ({@link io.github.wan4j.video.VideoRequest}), what
 * comes back ({@link io.github.wan4j.video.Video}, {@link io.github.wan4j.video.RunReport}) and where frames go
 * ({@link io.github.wan4j.video.VideoHandler}). Nothing here computes; nothing here shows a tensor.
 */
@NullMarked
package io.github.wan4j.video;

import org.jspecify.annotations.NullMarked;

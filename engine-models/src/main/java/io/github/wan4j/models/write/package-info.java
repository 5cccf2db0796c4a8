/**
 * Videos as files: MP4, animated GIF and PNG contact sheet, each written frame by frame to a temporary file that is moved
 * into place when it is complete, and each carrying the settings it was made with ({@link
 * io.github.wan4j.models.write.Metadata}). The classes called {@code Mp4…} are the only ones that know ffmpeg; without it
 * the other formats still work.
 */
@NullMarked
package io.github.wan4j.models.write;

import org.jspecify.annotations.NullMarked;

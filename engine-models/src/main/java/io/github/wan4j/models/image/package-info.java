/**
 * The picture that a video starts from: read ({@link io.github.wan4j.models.image.ImageReader}), brought to a size that fits
 * the area asked for ({@link io.github.wan4j.models.image.AreaBudget}) by the resampling the reference uses for that model
 * ({@link io.github.wan4j.models.image.Lanczos} or {@link io.github.wan4j.models.image.Bicubic}), and handed on as the numbers
 * its VAE encodes ({@link io.github.wan4j.models.image.FirstFrame}). Plain Java on the CPU, no tensors.
 */
@NullMarked
package io.github.wan4j.models.image;

import org.jspecify.annotations.NullMarked;

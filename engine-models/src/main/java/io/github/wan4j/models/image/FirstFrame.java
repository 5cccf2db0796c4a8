package io.github.wan4j.models.image;

import io.github.wan4j.video.Size;

/**
 * A picture made ready for a model's VAE: float32, planar, in [-1, 1]; bicubic values may overshoot to about 1.1, as in the
 * reference.
 *
 * <p>The array is shared, not copied.
 */
public final class FirstFrame {
    private final Size size;
    private final float[] planes;

    private FirstFrame(Size size, float[] planes) {
        this.size = size;
        this.planes = planes;
    }

    /** TI2V-5B: Lanczos until the picture covers the size, then its centre. */
    public static FirstFrame cropped(Rgb8 picture, Size budget) {
        Size size = AreaBudget.textImageToVideo(picture.size(), budget);
        return new FirstFrame(size, cover(picture, size).planes());
    }

    /** I2V-A14B: bicubic straight to the size, whose aspect differs a little from the picture's. */
    public static FirstFrame stretched(Rgb8 picture, Size budget) {
        Size size = AreaBudget.imageToVideo(picture.size(), budget);
        return new FirstFrame(size, Bicubic.resize(picture.planes(), picture.size(), size));
    }

    static Rgb8 cover(Rgb8 picture, Size size) {
        double scale = Math.max((double) size.width() / picture.width(), (double) size.height() / picture.height());
        // half to even, as Python's round
        int width = (int) Math.rint(picture.width() * scale);
        int height = (int) Math.rint(picture.height() * scale);
        return Lanczos.resize(picture, width, height)
                .crop((width - size.width()) / 2, (height - size.height()) / 2, size.width(), size.height());
    }

    /** The size of the video. */
    public Size size() {
        return size;
    }

    /** [3, height, width]. */
    public float[] planes() {
        return planes;
    }
}

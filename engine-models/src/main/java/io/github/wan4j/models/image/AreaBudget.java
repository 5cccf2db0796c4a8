package io.github.wan4j.models.image;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Size;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * The size a video takes from its first picture: the picture's aspect, about the area of the size asked for, both sides a
 * multiple of what the network can cut into patches. All arithmetic is float64 in the reference's order; another order gives
 * another size now and then.
 */
public final class AreaBudget {
    private static final int VAE_21_STRIDE = 8;
    private static final int VAE_22_STRIDE = 16;
    private static final int PATCH = 2;

    private AreaBudget() {}

    /** I2V-A14B: each side is floored for itself to a multiple of 16. */
    public static Size imageToVideo(Size image, Size budget) {
        Size size = eachFloored(image, budget);
        return size != null ? size : tooSmall(image, budget, VAE_21_STRIDE * PATCH, AreaBudget::eachFloored);
    }

    /**
     * TI2V-5B: width first or height first is floored to a multiple of 32 and the other side takes what that leaves of the
     * area; the candidate nearer to the picture's aspect wins, on a tie the second.
     */
    public static Size textImageToVideo(Size image, Size budget) {
        Size size = nearestAspect(image, budget);
        return size != null ? size : tooSmall(image, budget, VAE_22_STRIDE * PATCH, AreaBudget::nearestAspect);
    }

    private static @Nullable Size eachFloored(Size image, Size budget) {
        double ratio = (double) image.height() / image.width();
        double area = budget.area();
        int rows = (int) Math.floor(Math.floor(Math.sqrt(area * ratio) / VAE_21_STRIDE) / PATCH) * PATCH;
        int columns = (int) Math.floor(Math.floor(Math.sqrt(area / ratio) / VAE_21_STRIDE) / PATCH) * PATCH;
        return rows == 0 || columns == 0 ? null : new Size(columns * VAE_21_STRIDE, rows * VAE_21_STRIDE);
    }

    private static @Nullable Size nearestAspect(Size image, Size budget) {
        int step = VAE_22_STRIDE * PATCH;
        double aspect = (double) image.width() / image.height();
        double area = budget.area();
        double width = Math.sqrt(area * aspect);
        double height = area / width;
        int width1 = floor(width, step);
        int height2 = floor(height, step);
        // a side of 0 would make the other one infinite
        int height1 = width1 == 0 ? 0 : floor(area / width1, step);
        int width2 = height2 == 0 ? 0 : floor(area / height2, step);
        if (height1 == 0 || width2 == 0) {
            return null;
        }
        return distortion(aspect, width1, height1) < distortion(aspect, width2, height2)
                ? new Size(width1, height1)
                : new Size(width2, height2);
    }

    private static int floor(double side, int step) {
        return (int) Math.floor(side / step) * step;
    }

    private static double distortion(double aspect, int width, int height) {
        double own = (double) width / height;
        return Math.max(aspect / own, own / aspect);
    }

    /** Both sides reach {@code unit} from about unit² · max(aspect, 1/aspect) pixels on. */
    private static Size tooSmall(Size image, Size budget, int unit, BiFunction<Size, Size, @Nullable Size> rule) {
        double longest = Math.max(image.width(), image.height());
        double shortest = Math.min(image.width(), image.height());
        int side = unit * (int) Math.floor(Math.sqrt(longest / shortest));
        while (rule.apply(image, new Size(side, side)) == null) {
            side += unit;
        }
        throw new InvalidRequestException(
                "size " + budget + " is too small an area for an image of " + image + ", one side would be under "
                        + unit + " pixels; the nearest square that works is " + side + "x" + side);
    }
}

package io.github.wan4j.models.image;

import io.github.wan4j.video.InvalidRequestException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads PNG and JPEG files as the reference does: alpha is dropped, not composited, and neither EXIF orientation nor colour
 * profiles are applied. What is wrong with a file is said in one sentence that names it.
 */
public final class ImageReader {
    private static final Set<String> FORMATS = Set.of("png", "jpeg");

    /** From here on the reference's reader suspects a decompression bomb and refuses too. */
    private static final long MAX_PIXELS = 178_956_970;

    private ImageReader() {}

    public static Rgb8 read(Path file) {
        checkPresent(file);
        try (ImageInputStream in = new FileImageInputStream(file.toFile())) {
            javax.imageio.ImageReader reader = readerOf(in);
            if (reader == null) {
                throw invalid(file, "is neither PNG nor JPEG, save it as one of these", null);
            }
            try {
                return Samples.of(decode(file, reader, in), name(file));
            } finally {
                reader.dispose();
            }
        } catch (IOException e) {
            throw invalid(file, "cannot be read (" + e.getMessage() + ")", e);
        }
    }

    /** A caller's image, whatever way its colours are stored. */
    public static Rgb8 of(BufferedImage image) {
        return Samples.of(image, "image of " + image.getWidth() + "x" + image.getHeight() + " pixels");
    }

    private static void checkPresent(Path file) {
        if (!Files.exists(file)) {
            throw invalid(file, "does not exist", null);
        }
        if (!Files.isRegularFile(file)) {
            throw invalid(file, "is not a file", null);
        }
        if (file.toFile().length() == 0) {
            throw invalid(file, "is empty", null);
        }
    }

    private static javax.imageio.@Nullable ImageReader readerOf(ImageInputStream in) throws IOException {
        Iterator<javax.imageio.ImageReader> readers = ImageIO.getImageReaders(in);
        while (readers.hasNext()) {
            javax.imageio.ImageReader reader = readers.next();
            if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                return reader;
            }
            reader.dispose();
        }
        return null;
    }

    private static BufferedImage decode(Path file, javax.imageio.ImageReader reader, ImageInputStream in)
            throws IOException {
        List<String> warnings = new ArrayList<>();
        reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
        reader.setInput(in, true, true);
        BufferedImage image;
        try {
            long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            if (pixels > MAX_PIXELS) {
                throw invalid(file, "has " + pixels + " pixels, at most " + MAX_PIXELS + " are read", null);
            }
            image = reader.read(0, asStored(reader));
        } catch (IIOException | IllegalArgumentException | IndexOutOfBoundsException | NegativeArraySizeException e) {
            throw invalid(file, "cannot be decoded (" + e.getMessage() + "), save it anew as PNG", e);
        }
        for (String warning : warnings) {
            // the decoder fills what is missing with gray and goes on
            if (warning.contains("Truncated File") || warning.contains("premature end")) {
                throw invalid(file, "is cut short (" + warning + ")", null);
            }
        }
        return image;
    }

    /** An image with a colour profile is offered converted to sRGB first and in its profile's own space after that. */
    private static ImageReadParam asStored(javax.imageio.ImageReader reader) throws IOException {
        ImageReadParam param = reader.getDefaultReadParam();
        for (Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0); types.hasNext(); ) {
            ImageTypeSpecifier type = types.next();
            ColorSpace space = type.getColorModel().getColorSpace();
            if (space.getType() == ColorSpace.TYPE_RGB && !space.isCS_sRGB()) {
                param.setDestinationType(type);
            }
        }
        return param;
    }

    private static String name(Path file) {
        return "image '" + file + "'";
    }

    private static InvalidRequestException invalid(Path file, String reason, @Nullable Exception cause) {
        InvalidRequestException exception = new InvalidRequestException(name(file) + " " + reason);
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }
}

package io.github.wan4j.video;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Width and height in pixels; with an image as input only their product counts. */
public record Size(int width, int height) {
    private static final Pattern FORM = Pattern.compile("\\s*(\\d{1,6})\\s*[xX*×]\\s*(\\d{1,6})\\s*");

    public Size {
        if (width < 1 || height < 1) {
            throw new InvalidRequestException("size is " + width + "x" + height + ", both sides must be at least 1");
        }
    }

    /** Reads {@code 1280x720} or {@code 1280*720}. */
    public static Size parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new InvalidRequestException("size is '" + text + "', write it as 1280x720");
        }
        return new Size(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
    }

    public long area() {
        return (long) width * height;
    }

    @Override
    public String toString() {
        return width + "x" + height;
    }
}

package io.github.wan4j.models.text;

import java.nio.charset.Charset;
import java.util.HashMap;
import java.util.Map;

/**
 * Windows-1252 as browsers read it: the five bytes it leaves out stand for the control characters of the same number. Those
 * characters and Latin-1's other controls count as their bytes too.
 */
final class Windows1252 {
    private static final char[] CHARS = new char[256];
    private static final Map<Character, Integer> BYTES = new HashMap<>();

    static {
        Charset strict = Charset.forName("windows-1252");
        for (int b = 0; b < CHARS.length; b++) {
            char c = new String(new byte[] {(byte) b}, strict).charAt(0);
            CHARS[b] = c == '\uFFFD' ? (char) b : c;
            BYTES.put(CHARS[b], b);
            BYTES.put((char) b, b);
        }
    }

    private Windows1252() {}

    /** The byte that reads as {@code c} in Windows-1252 or Latin-1, or -1. */
    static int toByte(char c) {
        return BYTES.getOrDefault(c, -1);
    }

    /** Whether one of the two encodings alone has every character, lost ones aside. */
    static boolean isOneEncoding(String text) {
        return text.chars().allMatch(c -> c <= 0xFF || c == Garble.LOST)
                || text.chars().allMatch(c -> c == Garble.LOST || (toByte((char) c) >= 0 && ofControl((char) c) == c));
    }

    /** Control characters U+0080 to U+009F are nearly always bytes of Windows-1252 that were read as Latin-1. */
    static String replaceControls(String text) {
        StringBuilder replaced = new StringBuilder(text);
        for (int i = 0; i < replaced.length(); i++) {
            replaced.setCharAt(i, ofControl(replaced.charAt(i)));
        }
        return replaced.toString();
    }

    static char ofControl(char c) {
        return c >= 0x80 && c <= 0x9F ? CHARS[c] : c;
    }
}

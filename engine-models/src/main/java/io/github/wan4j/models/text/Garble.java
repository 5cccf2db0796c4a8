package io.github.wan4j.models.text;

import org.jspecify.annotations.Nullable;

/**
 * A piece of text whose characters, taken as bytes of Windows-1252, are one character in UTF-8. A no-break space among them may
 * have turned into a space, and bytes that were lost on the way may have left {@code U+FFFD} or one {@code ?}.
 */
final class Garble {
    static final char LOST = '\uFFFD';

    private static final int NO_BREAK_SPACE = 0xA0;
    private static final int ELLIPSIS = 0x85;

    private final int start;
    private final int end;
    private final String decoded;
    private final boolean spaced;

    private Garble(int start, int end, String decoded, boolean spaced) {
        this.start = start;
        this.end = end;
        this.decoded = decoded;
        this.spaced = spaced;
    }

    /** The garble that begins at {@code start}, or null. */
    static @Nullable Garble at(String text, int start) {
        int lead = Windows1252.toByte(text.charAt(start));
        int length = lengthOf(lead);
        if (length == 0 || start + length > text.length()) {
            return null;
        }
        int codePoint = lead & (0x7F >> length);
        int spaces = 0;
        int lost = 0;
        int questions = 0;
        for (int i = start + 1; i < start + length; i++) {
            char c = text.charAt(i);
            int b = c == ' ' ? NO_BREAK_SPACE : Windows1252.toByte(c);
            if (c == LOST) {
                lost++;
            } else if (c == '?') {
                questions++;
            } else if (b < 0x80 || b > 0xBF) {
                return null;
            }
            spaces += c == ' ' ? 1 : 0;
            codePoint = (codePoint << 6) | (b & 0x3F);
        }
        int end = start + length;
        if (lost + questions > 0) {
            boolean likely = questions == 0 || (questions == 1 && (length > 2 || lead <= 0xC3));
            return likely && spaces == 0 ? new Garble(start, end, String.valueOf(LOST), false) : null;
        }
        if (spaces > 0) {
            return spaces == 1 ? spaced(text, start, end, lead, codePoint) : null;
        }
        if (Character.isBmpCodePoint(codePoint) && Character.isSurrogate((char) codePoint)) {
            return surrogates(text, start);
        }
        return isShortest(codePoint, length) ? new Garble(start, end, Character.toString(codePoint), false) : null;
    }

    private static int lengthOf(int lead) {
        if (lead >= 0xC2 && lead <= 0xDF) {
            return 2;
        }
        if (lead >= 0xE0 && lead <= 0xEF) {
            return 3;
        }
        return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
    }

    private static boolean isShortest(int codePoint, int length) {
        int least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
        return codePoint >= least && codePoint <= Character.MAX_CODE_POINT;
    }

    /** A space counts as a no-break space only where that gives a character in common use. */
    private static @Nullable Garble spaced(String text, int start, int end, int lead, int codePoint) {
        if (!isShortest(codePoint, end - start) || !isLikelySpaced(text, start, lead)) {
            return null;
        }
        if (lead == 0xC3 && isWord(text, end)) {
            return new Garble(start, start + 1, "à", true);
        }
        return new Garble(start, end, Character.toString(codePoint), true);
    }

    private static boolean isLikelySpaced(String text, int start, int lead) {
        if (lead >= 0xE0 && lead <= 0xEF) {
            boolean first = text.charAt(start + 1) == ' ';
            int other = Windows1252.toByte(text.charAt(first ? start + 2 : start + 1));
            boolean block = first ? lead == 0xE2 || lead == 0xE3 : lead <= 0xE3;
            return block && other != ELLIPSIS && other != NO_BREAK_SPACE;
        }
        return "ÂÃÅÎÐÙð".indexOf(text.charAt(start)) >= 0;
    }

    /**
     * {@code Ã } is nearly always the word à, whose own space and no-break space became one; but Portuguese writes àquele,
     * àquela, àquilo and às.
     */
    private static boolean isWord(String text, int next) {
        String rest = text.substring(next, Math.min(text.length(), next + 5));
        return !rest.startsWith(" ")
                && !rest.startsWith("s ")
                && !rest.equals("quele")
                && !rest.equals("quela")
                && !rest.equals("quilo");
    }

    /** A character beyond the BMP of which UTF-16's two halves were encoded one by one, as Java's own streams do. */
    private static @Nullable Garble surrogates(String text, int start) {
        if (start + 6 > text.length()) {
            return null;
        }
        char[] halves = new char[2];
        for (int half = 0; half < 2; half++) {
            int value = 0;
            for (int i = 0; i < 3; i++) {
                int b = Windows1252.toByte(text.charAt(start + 3 * half + i));
                if (i == 0 ? b != 0xED : (b < 0x80 || b > 0xBF)) {
                    return null;
                }
                value = (value << 6) | (b & 0x3F);
            }
            halves[half] = (char) value;
        }
        boolean pair = Character.isSurrogatePair(halves[0], halves[1]);
        return pair ? new Garble(start, start + 6, new String(halves), false) : null;
    }

    int start() {
        return start;
    }

    int end() {
        return end;
    }

    String decoded() {
        return decoded;
    }

    /** Whether bytes were lost, so that nothing but {@code U+FFFD} can stand for them. */
    boolean isLossy() {
        return decoded.charAt(0) == LOST;
    }

    /** Two in a row are no accident. */
    boolean isDenselyAfter(Garble other, String text) {
        return other.end == start && other.isDense(text) && isDense(text);
    }

    private boolean isDense(String text) {
        return !spaced && text.substring(start + 1, end).chars().anyMatch(c -> !Symbols.QUIET.has((char) c));
    }

    /** Whether nobody would write these characters in this order and place. */
    boolean isImplausible(String text) {
        for (int i = start; i + 1 < Math.max(end, start + 2); i++) {
            if (new Neighbours(text, i).areImplausible()) {
                return true;
            }
        }
        return false;
    }
}

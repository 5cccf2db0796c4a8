package io.github.wan4j.models.text;

import java.text.Normalizer;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What ftfy's {@code fix_text} does with its defaults, line by line and step by step in its order, until nothing changes any
 * more. Mojibake is repaired where UTF-8 was read as Latin-1 or Windows-1252.
 */
final class TextRepair {
    /** Longer lines are repaired in pieces. */
    private static final int MAX_SEGMENT = 1_000_000;

    private static final Pattern TERMINAL_ESCAPE = Pattern.compile("\u001B\\[[\\p{Nd};]*[a-zA-Z]");
    private static final Pattern SINGLE_QUOTE = Pattern.compile("[\u02BC\u2018-\u201B]");
    private static final Pattern DOUBLE_QUOTE = Pattern.compile("[\u201C-\u201F]");
    private static final Pattern LINE_BREAK = Pattern.compile("\r\n|[\r\u0085\u2028\u2029]");
    private static final Pattern LONE_SURROGATE = Pattern.compile("[\\x{D800}-\\x{DFFF}]");
    private static final Pattern CONTROL =
            Pattern.compile("[\\x00-\\x08\\x0B\\x0E-\\x1F\\x7F\u206A-\u206F\uFEFF\uFFF9-\uFFFC]");

    private static final Map<Character, String> LIGATURES = ligatures();
    private static final Map<Character, String> WIDTHS = widths();

    private TextRepair() {}

    static String repair(String text) {
        StringBuilder repaired = new StringBuilder(text.length());
        boolean escaped = true;
        for (int start = 0; start < text.length(); ) {
            int end = segmentEnd(text, start);
            String segment = text.substring(start, end);
            // a '<' means that this and all that follows is HTML proper, whose entities are meant
            escaped = escaped && segment.indexOf('<') < 0;
            repaired.append(repairSegment(segment, escaped));
            start = end;
        }
        return repaired.toString();
    }

    private static int segmentEnd(String text, int start) {
        int newline = text.indexOf('\n', start);
        int end = newline < 0 ? text.length() : newline + 1;
        if (end - start <= MAX_SEGMENT) {
            return end;
        }
        end = start + MAX_SEGMENT;
        return Character.isLowSurrogate(text.charAt(end)) ? end - 1 : end;
    }

    private static String repairSegment(String segment, boolean escaped) {
        String before;
        String text = segment;
        do {
            before = text;
            text = Mojibake.repair(escaped ? HtmlEntities.unescapeTerminated(text) : text);
            text = Windows1252.replaceControls(text);
            text = replace(text, LIGATURES);
            text = replace(text, WIDTHS);
            text = DOUBLE_QUOTE.matcher(text).replaceAll("\"");
            text = SINGLE_QUOTE.matcher(text).replaceAll("'");
            text = LINE_BREAK.matcher(text).replaceAll("\n");
            text = LONE_SURROGATE.matcher(text).replaceAll("\uFFFD");
            text = TERMINAL_ESCAPE.matcher(text).replaceAll("");
            text = CONTROL.matcher(text).replaceAll("");
            text = Normalizer.normalize(text, Normalizer.Form.NFC);
        } while (!text.equals(before));
        return text;
    }

    private static String replace(String text, Map<Character, String> replacements) {
        StringBuilder replaced = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            String replacement = replacements.get(text.charAt(i));
            if (replacement == null) {
                replaced.append(text.charAt(i));
            } else {
                replaced.append(replacement);
            }
        }
        return replaced.toString();
    }

    /** Latin letters in one character for the sake of typography or old encodings; not those of a language, as æ. */
    private static Map<Character, String> ligatures() {
        Map<Character, String> letters = new HashMap<>();
        for (String c : new String[] {"Ĳ", "ĳ", "Ǆ", "ǅ", "ǆ", "Ǉ", "ǈ", "ǉ", "Ǌ", "ǋ", "ǌ", "Ǳ", "ǲ", "ǳ", "ŉ"}) {
            letters.put(c.charAt(0), Normalizer.normalize(c, Normalizer.Form.NFKC));
        }
        for (char c = 'ﬀ'; c <= 'ﬆ'; c++) {
            letters.put(c, Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC));
        }
        // a long s, which NFKC would make a round one
        letters.put('ﬅ', "ſt");
        return letters;
    }

    /** Full-width ASCII and half-width kana and hangul in their usual width, and the ideographic space. */
    private static Map<Character, String> widths() {
        Map<Character, String> widths = new HashMap<>();
        widths.put('\u3000', " ");
        for (char c = '\uFF01'; c < '\uFFF0'; c++) {
            String usual = Normalizer.normalize(String.valueOf(c), Normalizer.Form.NFKC);
            if (!usual.equals(String.valueOf(c))) {
                widths.put(c, usual);
            }
        }
        return widths;
    }
}

package io.github.wan4j.models.text;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** HTML5 character references, read once as Python's {@code html.unescape} reads them and once as ftfy does. */
final class HtmlEntities {
    private static final Pattern REFERENCE = Pattern.compile("&(#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)");
    private static final Pattern TERMINATED = Pattern.compile("&#?[0-9A-Za-z]{1,24};");

    /** Every name with its semicolon, and once more without where old pages may leave it out. */
    private static final Map<String, String> NAMES = names();

    private static final Map<String, String> UPPER_NAMES = upperNames();

    private HtmlEntities() {}

    /** Numeric references, named ones with and without semicolon; of a longer name the longest known beginning. */
    static String unescape(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return REFERENCE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(ofReference(match.group(1))));
    }

    /** Only what ends in a semicolon, but also names of letters and common signs in upper case, as in P&amp;EACUTE;REZ. */
    static String unescapeTerminated(String text) {
        if (text.indexOf('&') < 0) {
            return text;
        }
        return TERMINATED.matcher(text).replaceAll(match -> Matcher.quoteReplacement(ofTerminated(match.group())));
    }

    private static String ofTerminated(String reference) {
        if (reference.startsWith("&#")) {
            String unescaped = unescape(reference);
            return unescaped.indexOf(';') < 0 ? unescaped : reference;
        }
        String name = reference.substring(1);
        String value = NAMES.getOrDefault(name, UPPER_NAMES.get(name));
        return value == null ? reference : value;
    }

    private static String ofReference(String reference) {
        if (reference.charAt(0) == '#') {
            return ofNumber(reference);
        }
        for (int length = reference.length(); length > 1; length--) {
            String value = NAMES.get(reference.substring(0, length));
            if (value != null) {
                return value + reference.substring(length);
            }
        }
        return "&" + reference;
    }

    private static String ofNumber(String reference) {
        boolean hexadecimal = Character.toLowerCase(reference.charAt(1)) == 'x';
        int codePoint = 0;
        for (int i = hexadecimal ? 2 : 1; i < reference.length() && reference.charAt(i) != ';'; i++) {
            codePoint = codePoint * (hexadecimal ? 16 : 10) + Character.digit(reference.charAt(i), 16);
            if (codePoint > Character.MAX_CODE_POINT) {
                return "\uFFFD";
            }
        }
        if (codePoint == 0 || (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE)) {
            return "\uFFFD";
        }
        if (codePoint >= 0x80 && codePoint <= 0x9F) {
            return String.valueOf(Windows1252.ofControl((char) codePoint));
        }
        return isNoCharacter(codePoint) ? "" : Character.toString(codePoint);
    }

    private static boolean isNoCharacter(int codePoint) {
        boolean control = codePoint < 0x20 && "\t\n\f\r".indexOf(codePoint) < 0;
        boolean reserved = (codePoint >= 0xFDD0 && codePoint <= 0xFDEF) || (codePoint & 0xFFFE) == 0xFFFE;
        return control || codePoint == 0x7F || reserved;
    }

    static Map<String, String> names() {
        Map<String, String> names = new HashMap<>();
        try (InputStream in = HtmlEntities.class.getResourceAsStream("entities.txt")) {
            if (in == null) {
                throw new IllegalStateException("entities.txt is missing beside " + HtmlEntities.class.getName());
            }
            BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.US_ASCII));
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.startsWith("#")) {
                    addName(names, line);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** {@code amp!26} or {@code NotEqualTilde 2242 338}. */
    private static void addName(Map<String, String> names, String line) {
        int end = 0;
        while (Character.isLetterOrDigit(line.charAt(end))) {
            end++;
        }
        StringBuilder value = new StringBuilder();
        for (String hexadecimal : line.substring(end + 1).split(" ", -1)) {
            value.appendCodePoint(Integer.parseInt(hexadecimal, 16));
        }
        names.put(line.substring(0, end) + ";", value.toString());
        if (line.charAt(end) == '!') {
            names.put(line.substring(0, end), value.toString());
        }
    }

    /** Names of lower case letters in upper case, unless that means something already. */
    private static Map<String, String> upperNames() {
        Map<String, String> upperNames = new HashMap<>();
        NAMES.forEach((name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            boolean isLower = name.endsWith(";") && name.equals(name.toLowerCase(Locale.ROOT));
            if (isLower && unescape("&" + upper).equals("&" + upper)) {
                upperNames.put(upper, value.toUpperCase(Locale.ROOT));
            }
        });
        return upperNames;
    }
}

package io.github.wan4j.models.text;

/**
 * Two characters side by side and those around them: would anyone have typed them so? An accented letter takes a closing quote
 * gladly, a currency sign hardly, a soft hyphen between lower case letters never.
 */
final class Neighbours {
    /** The commonest first bytes: of Latin's, Greek's and Cyrillic's letters. */
    private static final String COMMON_LEADS = "ÂÃÎÐ";

    private static final char NONE = '\0';

    private final String text;
    private final int index;
    private final char before;
    private final char left;
    private final char right;
    private final char after;

    /** The characters at {@code index} and {@code index + 1}. */
    Neighbours(String text, int index) {
        this.text = text;
        this.index = index;
        this.before = charAt(index - 1);
        this.left = charAt(index);
        this.right = charAt(index + 1);
        this.after = charAt(index + 2);
    }

    private char charAt(int i) {
        return i >= 0 && i < text.length() ? text.charAt(i) : NONE;
    }

    boolean areImplausible() {
        if (Symbols.CONTROL.has(right) || Symbols.RARE.has(right) || right == Garble.LOST) {
            return true;
        }
        boolean letter = Windows1252.toByte(left) >= 0xC0 || Symbols.LETTER.has(left);
        return letter ? isOddAfterLetter() : isOddAfterSymbol();
    }

    private boolean isOddAfterLetter() {
        boolean upper = Character.isUpperCase(left);
        boolean common = COMMON_LEADS.indexOf(left) >= 0;
        if (Symbols.NUMERIC.has(right)) {
            return (upper && !endsCapitals()) || left == 'à';
        }
        if (Symbols.DEGREE.has(right)) {
            return upper && !endsCapitals();
        }
        if (Symbols.CURRENCY.has(right)) {
            return !upper || common || isAsciiLower(before) || Character.isWhitespace(before);
        }
        if (Symbols.OPENING.has(right)) {
            return (common && !endsCapitals()) || isWord(after) || (upper && isAsciiLower(before));
        }
        if (Symbols.CLOSING.has(right)) {
            return (common && !endsCapitals()) || isWord(after);
        }
        if (Symbols.QUIET.has(right)) {
            return common && !followsCapitals() && (isAsciiLower(before) || "…’".indexOf(right) < 0);
        }
        if (Symbols.LETTER.has(right)) {
            boolean loneLigature = "Œœ".indexOf(right) >= 0 && !isAsciiLetter(after);
            boolean capitals = Character.isUpperCase(before) && Character.isUpperCase(right);
            return (common && !capitals) || loneLigature || (!upper && Character.isUpperCase(right));
        }
        return right == ' ' && isLoneCapital();
    }

    private boolean isOddAfterSymbol() {
        boolean closing = Symbols.CLOSING.has(left);
        boolean amount = Symbols.CURRENCY.has(left) || Symbols.NUMERIC.has(left);
        if (Symbols.LETTER.has(right)) {
            return closing || amount;
        }
        if (Symbols.OPENING.has(right)) {
            return closing || amount;
        }
        return closing && Symbols.CURRENCY.has(right);
    }

    /** {@code “AMANHÃ”}: the letter ends a word in capitals; a closing quote, a degree sign or a footnote mark may follow. */
    private boolean endsCapitals() {
        return followsCapitals() && !isWord(after);
    }

    private boolean followsCapitals() {
        return Character.isUpperCase(before) && Character.isUpperCase(charAt(index - 2));
    }

    /** {@code voilÃ le}, {@code Ã la}, {@code oui.Â Non}: a capital before a space that belongs to no word of capitals. */
    private boolean isLoneCapital() {
        if (left == 'Â' && before != NONE && ".,?!".indexOf(before) >= 0) {
            return true;
        }
        char word = Character.isWhitespace(before) ? charAt(index - 2) : before;
        return (left == 'Ã' || left == 'Â') && (before == NONE || isAsciiLower(word));
    }

    private static boolean isAsciiLower(char c) {
        return c >= 'a' && c <= 'z';
    }

    private static boolean isAsciiLetter(char c) {
        return isAsciiLower(Character.toLowerCase(c));
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c) || Character.getType(c) == Character.OTHER_NUMBER || c == '_';
    }
}

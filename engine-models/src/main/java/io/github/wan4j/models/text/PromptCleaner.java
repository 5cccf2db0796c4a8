package io.github.wan4j.models.text;

/** The reference's cleaning of a prompt: repair the text, unescape HTML twice, make every run of white space one space. */
public final class PromptCleaner {
    private PromptCleaner() {}

    public static String clean(String prompt) {
        String repaired = TextRepair.repair(prompt);
        return collapseWhitespace(HtmlEntities.unescape(HtmlEntities.unescape(repaired)));
    }

    private static String collapseWhitespace(String text) {
        StringBuilder collapsed = new StringBuilder(text.length());
        boolean gap = false;
        for (int i = 0; i < text.length(); i++) {
            if (isWhitespace(text.charAt(i))) {
                gap = true;
                continue;
            }
            if (gap && collapsed.length() > 0) {
                collapsed.append(' ');
            }
            gap = false;
            collapsed.append(text.charAt(i));
        }
        return collapsed.toString();
    }

    /** Python's idea of white space: Unicode's, NEXT LINE and the four ASCII separators included. */
    private static boolean isWhitespace(char c) {
        return Character.isSpaceChar(c) || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F) || c == 0x85;
    }
}

package io.github.wan4j.models.text;

/** What the bytes 0x80 to 0xBF, which follow the first one of a UTF-8 sequence, look like in Windows-1252. */
enum Symbols {
    /** Next to a letter these are hardly ever typed. */
    RARE("¤¦¨¬¯¸ƒˆ˜†‡‰ªº"),
    CURRENCY("€¢£¥"),
    OPENING("¡«¿©‘‚“„•‹"),
    CLOSING("®»”›™"),
    /** Common after letters, and so no sign of anything. */
    QUIET("\u00A0\u00AD·´–—…’"),
    NUMERIC("±²³¹µ¼½¾§¶"),
    DEGREE("°"),
    LETTER("ŠšŒœŽžŸ"),
    /** Latin-1's control characters. */
    CONTROL("");

    private final String characters;

    Symbols(String characters) {
        this.characters = characters;
    }

    boolean has(char c) {
        return this == CONTROL ? c >= 0x80 && c <= 0x9F : characters.indexOf(c) >= 0;
    }

    static boolean isContinuation(char c) {
        int b = Windows1252.toByte(c);
        return b >= 0x80 && b <= 0xBF;
    }
}

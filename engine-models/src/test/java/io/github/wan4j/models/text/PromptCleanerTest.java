package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PromptCleanerTest {
    @Test
    void entitiesAreUnescapedUntilThereAreNone() {
        assertThat(PromptCleaner.clean("cats &amp; dogs")).isEqualTo("cats & dogs");
        assertThat(PromptCleaner.clean("&amp;amp;amp;amp;lt;b&gt;")).isEqualTo("<b>");
        assertThat(PromptCleaner.clean("P&EACUTE;REZ &hellip;")).isEqualTo("PÉREZ …");
    }

    @Test
    void htmlProperIsUnescapedTwiceOnly() {
        assertThat(PromptCleaner.clean("<b> &amp;amp;amp;")).isEqualTo("<b> &amp;");
        assertThat(PromptCleaner.clean("&amp;amp;amp;\n<b>\n&amp;amp;amp;")).isEqualTo("& <b> &amp;");
        assertThat(PromptCleaner.clean("<P&EACUTE;REZ")).isEqualTo("<P&EACUTE;REZ");
    }

    @Test
    void terminalEscapesGo() {
        assertThat(PromptCleaner.clean("\u001B[36;44mI'm blue, da ba dee\u001B[0m"))
                .isEqualTo("I'm blue, da ba dee");
    }

    @Test
    void ligaturesComeApartButLettersStay() {
        assertThat(PromptCleaner.clean("ﬂuﬃeﬆ ﬀﬁﬄ ﬅ Ĳ ŉ ǅ Ǉ ǌ")).isEqualTo("fluffiest fffiffl ſt IJ 'n Dž LJ nj");
        assertThat(PromptCleaner.clean("æ œ ß Æ")).isEqualTo("æ œ ß Æ");
    }

    @Test
    void widthsBecomeUsual() {
        assertThat(PromptCleaner.clean("ＬＯＵＤ　ＮＯＩＳＥＳ")).isEqualTo("LOUD NOISES");
        assertThat(PromptCleaner.clean("Ｕﾀｰﾝ ｶﾞ ￦ ￣")).isEqualTo("Uターン ガ ₩ ̄");
    }

    @Test
    void quotesAreStraightened() {
        assertThat(PromptCleaner.clean("“here’s ‘a’ ‛test‟” ʼn „low‚ «x»"))
                .isEqualTo("\"here's 'a' 'test\"\" 'n \"low' «x»");
    }

    @Test
    void lineBreaksAreSpaces() {
        assertThat(PromptCleaner.clean("a\r\nb\rc\nd\u2028e\u2029f")).isEqualTo("a b c d e f");
        assertThat(PromptCleaner.clean("g\u0085h")).isEqualTo("g…h");
    }

    @Test
    void controlCharactersGoAndJoinersStay() {
        assertThat(PromptCleaner.clean("a\u0000b\u0007c\u000Bd\u001Fe\u007Ff\uFEFFg\uFFFCh\u206Ai"))
                .isEqualTo("abcdefghi");
        assertThat(PromptCleaner.clean("👨\u200D👩 a\u200Cb \u200Fc \u202Ad"))
                .isEqualTo("👨\u200D👩 a\u200Cb \u200Fc \u202Ad");
    }

    @Test
    void latin1ControlsAreReadAsWindowsMeantThem() {
        assertThat(PromptCleaner.clean("\u0093quoted\u0094 \u0080 5")).isEqualTo("\"quoted\" € 5");
    }

    @Test
    void loneSurrogatesAreReplaced() {
        assertThat(PromptCleaner.clean("a\uD83D\uDCA9b")).isEqualTo("a\uD83D\uDCA9b");
        assertThat(PromptCleaner.clean("a\uDCA9\uD83Db")).isEqualTo("a\uFFFD\uFFFDb");
    }

    @Test
    void lettersAreComposed() {
        assertThat(PromptCleaner.clean("cafe\u0301 \u1112\u1161\u11AB \u212B")).isEqualTo("café 한 Å");
        assertThat(PromptCleaner.clean("10³ ① ½")).isEqualTo("10³ ① ½");
    }

    @Test
    void whiteSpaceIsOneSpaceAndNoneAround() {
        assertThat(PromptCleaner.clean(" \t a\u00A0\u2003\u3000\u202Fb \u1680\u205Fc\f\n"))
                .isEqualTo("a b c");
        assertThat(PromptCleaner.clean("a\u200Bb\u180Ec")).isEqualTo("a\u200Bb\u180Ec");
        assertThat(PromptCleaner.clean("&nbsp; a &emsp; b &nbsp;")).isEqualTo("a b");
    }

    @Test
    void stepsThatEnableEachOtherAreRepeated() {
        assertThat(PromptCleaner.clean("&Atilde;&sup3;")).isEqualTo("ó");
        assertThat(PromptCleaner.clean("＆ａｍｐ；ｌｔ；")).isEqualTo("<");
        assertThat(PromptCleaner.clean("&macr;\\_(ã\u0083\u0084)_/&macr;")).isEqualTo("¯\\_(ツ)_/¯");
        assertThat(PromptCleaner.clean("Broken text&hellip; it&#x2019;s ﬂubberiﬁc!"))
                .isEqualTo("Broken text… it's flubberific!");
    }

    @Test
    void veryLongLinesAreCleanedInPieces() {
        String line = "a😀".repeat(400_000);
        assertThat(PromptCleaner.clean(line)).isEqualTo(line);
    }
}

package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HtmlEntitiesTest {
    /** What Python's html.unescape makes of them. */
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "&lt;b&gt;, <b>",
                "&amp;amp;, &amp;",
                "&hearts;, ♥",
                "&nvlt;, <\u20D2",
                "&NotEqualTilde;, \u2242\u0338",
                "&Jscr;ohn &HilbertSpace;ancock, \uD835\uDCA5ohn ℋancock",
                "&copy 2026, © 2026",
                "&copyright;, ©right;",
                "&notit;, ¬it;",
                "&notin;, ∉",
                "&noti, ¬i",
                "&hearts, &hearts",
                "&ampamp;, &amp;",
                "&AMP;&LT, &<",
                "&nosuchname;, &nosuchname;",
                "&;, &;",
                "&, &",
                "a & b, a & b",
                "R&D;, R&D;",
                "&#65;&#66 &#x43;&#X44, AB CD",
                "&#x1F600;, \uD83D\uDE00",
                "&#xz;, &#xz;",
                "&#;, &#;",
                "&#0;, \uFFFD",
                "&#x80;, €",
                "&#150;, –",
                "&#x81;, \u0081",
                "&#xD800;, \uFFFD",
                "&#x110000;, \uFFFD",
                "&#99999999999999999999;, \uFFFD",
                "x&#1;y&#x7F;z, xyz",
                "x&#xFDD0;y&#xFFFE;z&#x1FFFF;, xyz",
                "&#65a;, Aa;",
                "&&lt;, &<",
                "&lt&gt, <>",
                "&abcdefghijklmnopqrstuvwxyzabcdefghijkl;, &abcdefghijklmnopqrstuvwxyzabcdefghijkl;"
            })
    void unescapeReadsAsBrowsersDo(String text, String expected) {
        assertThat(HtmlEntities.unescape(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "&lt;tag&gt;, <tag>",
                "&Jscr;ohn &HilbertSpace;ancock, \uD835\uDCA5ohn ℋancock",
                "&checkmark;, ✓",
                "P&eacute;rez, Pérez",
                "P&EACUTE;REZ, PÉREZ",
                "BUNDESSTRA&SZLIG;E, BUNDESSTRASSE",
                "&ntilde; &Ntilde; &NTILDE; &nTILDE;, ñ Ñ Ñ &nTILDE;",
                "this&not that, this&not that",
                "&copy 2026, &copy 2026",
                "&#38;amp;, &amp;",
                "&#x27;&#39;, ''",
                "&#59;, &#59;",
                "&#12a;, &#12a;",
                "&#xD800;, \uFFFD",
                "&amp, &amp"
            })
    void unescapeTerminatedLeavesWhatMayBeMeant(String text, String expected) {
        assertThat(HtmlEntities.unescapeTerminated(text)).isEqualTo(expected);
    }

    @Test
    void theTableIsWhole() {
        assertThat(HtmlEntities.names())
                .hasSize(2231)
                .containsEntry("zwnj;", "\u200C")
                .containsEntry("AElig", "Æ");
    }
}

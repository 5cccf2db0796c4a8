package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.text.Normalizer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

class PromptCleanerProperties {
    private static final String[] SPECIAL = {
        "&amp;",
        "&#",
        "&#x1F600;",
        "&lt",
        "<",
        "\u001B[1m",
        "\u001B[",
        "Ã",
        "Â",
        "â€",
        "ðŸ",
        "\u00A0",
        " ",
        "\n",
        "\r\n",
        "\uD83D",
        "\uDE00",
        "\uFFFD",
        "e\u0301",
        "ﬁ",
        "Ａ",
        "“",
        "\u0085",
        "\u0000",
        "é",
        "ß",
        "Ÿ"
    };

    @Property
    void anyTextGivesOneCleanLine(@ForAll("anything") String text) {
        String cleaned = PromptCleaner.clean(text);
        assertThat(cleaned).isEqualTo(cleaned.strip()).doesNotContain("  ").doesNotContain("\n");
        assertThat(cleaned.codePoints()).noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** Without HTML, of which the reference unescapes a limited depth, and without the letters mojibake begins with. */
    @Property
    void cleanTextStaysAsItIs(@ForAll("anything") String text) {
        String plain = text.replaceAll("[&＆\u0080-ÿ]", "");
        String cleaned = PromptCleaner.clean(plain);
        assertThat(PromptCleaner.clean(cleaned)).isEqualTo(cleaned);
        assertThat(Normalizer.isNormalized(cleaned, Normalizer.Form.NFC)).isTrue();
    }

    @Provide
    Arbitrary<String> anything() {
        Arbitrary<String> pieces = Arbitraries.frequencyOf(
                Tuple.of(2, Arbitraries.of(SPECIAL)),
                Tuple.of(1, Arbitraries.strings().ofMaxLength(4)),
                Tuple.of(1, Arbitraries.strings().withCharRange('\u0080', 'ÿ').ofMaxLength(3)));
        return pieces.list().ofMaxSize(12).map(list -> String.join("", list));
    }
}

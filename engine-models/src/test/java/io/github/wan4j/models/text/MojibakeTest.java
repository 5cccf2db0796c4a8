package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MojibakeTest {
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "âœ” No problems, ✔ No problems",
                "sÃ³, só",
                "schÃ¶n, schön",
                "naÃ¯ve fiancÃ©e, naïve fiancée",
                "doesnâ€™t, doesn’t",
                "doesn\u00E2\u0080\u0099t, doesn’t",
                "â€œquotedâ€\u009D, “quoted”",
                "5 â‚¬, 5 €",
                "25 Â°C, 25 °C",
                "ãƒ„, ツ",
                "ä½\u00A0å¥½ï¼Œä¸–ç•Œ, 你好，世界",
                "ÐŸÑ€Ð¸Ð²ÐµÑ‚, Привет",
                "Ø³Ù„Ø§Ù…, سلام",
                "×©×œ×•×\u009D, שלום",
                "ðŸ˜€ðŸŽ‰, \uD83D\uDE00\uD83C\uDF89"
            })
    void utf8ReadAsLatinIsReadAgain(String garbled, String expected) {
        assertThat(Mojibake.repair(garbled)).isEqualTo(expected);
    }

    @Test
    void twiceAndThriceGarbledTextIsUnwound() {
        assertThat(Mojibake.repair("sÃƒÂ³")).isEqualTo("só");
        String text = "œuvre d’été — 你好";
        String garbled = text;
        for (int times = 1; times <= 4; times++) {
            garbled = garbled(garbled, true);
            assertThat(Mojibake.repair(garbled)).isEqualTo(text);
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "voilÃ le travail, voilà le travail",
                "Ã la carte, à la carte",
                "fui Ã s compras, fui às compras",
                "rumo Ã quele lugar, rumo àquele lugar",
                "ã‚¢ã‚¤ ã¯ã , アイ ã¯ã "
            })
    void aSpaceStandsForANoBreakSpaceOnlyWhereThatIsLikely(String garbled, String expected) {
        assertThat(Mojibake.repair(garbled)).isEqualTo(expected);
    }

    @Test
    void lostBytesLeaveAReplacementCharacter() {
        assertThat(Mojibake.repair("â€œ like this â€\uFFFD")).isEqualTo("“ like this \uFFFD");
        assertThat(Mojibake.repair("cafÃ© â€?")).isEqualTo("café \uFFFD");
    }

    @Test
    void halvesOfSurrogatePairsAreJoined() {
        assertThat(Mojibake.repair("\u00ED\u00A0\u00BD\u00ED\u00B8\u0080")).isEqualTo("\uD83D\uDE00");
        assertThat(Mojibake.repair("\u00ED\u00A0\u00BDx")).isEqualTo("\u00ED\u00A0\u00BDx");
    }

    @Test
    void garbledPiecesInOtherTextAreRepairedAlone() {
        assertThat(Mojibake.repair("l’humanitÃ©, 你好")).isEqualTo("l’humanité, 你好");
        assertThat(Mojibake.repair("São Paulo: a mÃ£e")).isEqualTo("São Paulo: a mãe");
        // what follows undecodable remains of the same garble is left
        assertThat(Mojibake.repair("é¦Ã©")).isEqualTo("é¦Ã©");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "plain ASCII ~ & <x>",
                "CAFÉ™ «ÉTÉ» HÔTEL “CRÈME BRÛLÉE”",
                "AMANHÃ, IRMÃ… “MANHÃ” NÃO",
                "jusqu’à\u00A0« demain\u00A0», déjà…",
                "résumé—he said “café”… façade®",
                "5 m² ± 2 µm, 10 °C, ½ price, £4.50, 20 €",
                "Å, Ä och Ö; Å ena sidan",
                "¿Qué? ¡Olé! Mañana será",
                "Übergröße „schön“ ‚so‘",
                "Ærø Ðe Þorn ÿ",
                "Příliš žluťoučký kůň",
                "naïve œuvre, Œdipe, cœur",
                "ÀÉ ÂÊÎÔÛ",
                "你好，世界 Ｆｕｌｌ",
                "😀 🎉 👨‍👩‍👧"
            })
    void properTextIsLeftAlone(String text) {
        assertThat(Mojibake.repair(text)).isEqualTo(text);
    }

    @Test
    void namesOfCountriesInAllLanguagesSurvive() {
        for (String name : names()) {
            for (String text :
                    List.of(name, name.toUpperCase(Locale.ROOT), "“" + name + "”", "«" + name + "»", name + "…")) {
                assertThat(Mojibake.repair(text)).isEqualTo(text);
            }
        }
    }

    @Test
    void namesOfCountriesInNearlyAllLanguagesComeBack() {
        for (boolean windows : new boolean[] {false, true}) {
            int total = 0;
            List<String> lost = new ArrayList<>();
            for (String name : names()) {
                String garbled = garbled(name, windows);
                if (!garbled.equals(name)) {
                    total++;
                    if (!Mojibake.repair(garbled).equals(name)) {
                        lost.add(name);
                    }
                }
            }
            assertThat(total).isGreaterThan(500);
            assertThat(lost.size()).as("lost %s", lost).isLessThan(total / 20);
        }
    }

    private static Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (Locale locale : Locale.getAvailableLocales()) {
            if (locale.getCountry().isEmpty()) {
                for (String country :
                        List.of("AT", "BR", "CH", "CI", "CN", "DE", "ES", "FR", "IS", "LA", "TR", "US", "VN")) {
                    String name =
                            new Locale.Builder().setRegion(country).build().getDisplayCountry(locale);
                    names.add(Normalizer.normalize(name, Normalizer.Form.NFC));
                }
            }
        }
        return names;
    }

    private static String garbled(String text, boolean windows) {
        StringBuilder garbled = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char latin1 = (char) (b & 0xFF);
            garbled.append(windows ? Windows1252.ofControl(latin1) : latin1);
        }
        return garbled.toString();
    }
}

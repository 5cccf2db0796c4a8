package io.github.wan4j.models.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PromptTokenizerTest {
    private final Path folder;

    PromptTokenizerTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void everyGoldenTextGivesTheReferencesIds(String model) throws IOException {
        JsonNode golden;
        try (InputStream in = PromptTokenizerTest.class.getResourceAsStream("/golden/tokenizer.json")) {
            golden = new ObjectMapper().readTree(in);
        }
        assertThat(golden).hasSize(16);
        try (PromptTokenizer tokenizer = open(model)) {
            for (JsonNode line : golden) {
                String text = line.get("text").textValue();
                assertThat(PromptCleaner.clean(text))
                        .isEqualTo(line.get("cleaned").textValue());
                assertThat(tokenizer.encode(text).ids()).as(text).isEqualTo(longs(line.get("ids")));
            }
        }
    }

    @Test
    void anEmptyPromptIsItsEndAlone() {
        try (PromptTokenizer tokenizer = open("mini-t2v")) {
            assertThat(tokenizer.encode("").ids()).containsExactly(1);
            assertThat(tokenizer.encode(" \n\u3000 ").ids()).containsExactly(1);
            assertThat(tokenizer.encode("").truncated()).isFalse();
        }
    }

    @Test
    void tenThousandWordsAreCutAndTheCutIsReported() {
        String words = "circle ".repeat(10_000);
        try (PromptTokenizer tokenizer = open("mini-t2v")) {
            TokenIds cut = tokenizer.encode(words);
            assertThat(cut.truncated()).isTrue();
            assertThat(cut.total()).isGreaterThanOrEqualTo(10_001);
            assertThat(cut.ids()).hasSize(512).endsWith(1);
            assertThat(LongStream.of(cut.ids()).limit(511)).doesNotContain(1L);
            long[] whole = tokenizer.encode("circle ".repeat(400)).ids();
            assertThat(cut.ids()).startsWith(Arrays.copyOf(whole, whole.length - 1));
        }
    }

    @Test
    void aTextOfExactlyTheLimitIsNotCut() {
        try (PromptTokenizer tokenizer = open("mini-t2v")) {
            assertThat(tokenizer.encode("circle").total()).isEqualTo(2);
            assertThat(tokenizer.encode("circle ".repeat(511)).truncated()).isFalse();
            assertThat(tokenizer.encode("circle ".repeat(511)).ids()).hasSize(512);
            assertThat(tokenizer.encode("circle ".repeat(512)).truncated()).isTrue();
            assertThat(tokenizer.encode("circle ".repeat(512)).total()).isEqualTo(513);
        }
    }

    @Test
    void manyThreadsMayEncodeAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (PromptTokenizer tokenizer = open("mini-t2v")) {
            long[] alone = tokenizer.encode("a red circle moves right").ids();
            List<Future<TokenIds>> results = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                results.add(threads.submit(() -> tokenizer.encode("a red circle moves right")));
            }
            for (Future<TokenIds> result : results) {
                assertThat(result.get().ids()).isEqualTo(alone);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aClosedTokenizerSaysSo() {
        PromptTokenizer tokenizer = open("mini-t2v");
        tokenizer.close();
        tokenizer.close();
        assertThatThrownBy(() -> tokenizer.encode("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the tokenizer is closed");
    }

    @Test
    void aMissingFileIsNamed() {
        Path absent = folder.resolve("tokenizer.json");
        assertThatThrownBy(() -> PromptTokenizer.open(absent, Tokenizers.CACHE))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(absent + ": the tokenizer is missing or cannot be read as UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{}", "[1]", "{\"version\": \"1.0\", \"model\": {\"type\": \"Nope\"}}"})
    void aBrokenFileIsNamed(String content) throws IOException {
        Path broken = Files.writeString(folder.resolve("tokenizer.json"), content);
        assertThatThrownBy(() -> PromptTokenizer.open(broken, Tokenizers.CACHE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(broken + ": this is no tokenizer (");
    }

    @Test
    void aFileCutShortIsNamed() throws IOException {
        String whole = Files.readString(Tokenizers.unpack("mini-t2v", folder));
        Path broken = Files.writeString(folder.resolve("tokenizer.json"), whole.substring(0, whole.length() / 2));
        assertThatThrownBy(() -> PromptTokenizer.open(broken, Tokenizers.CACHE))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(broken.toString());
    }

    @Test
    void aTokenizerThatEndsNoTextIsRefused() throws IOException {
        JsonNode json = new ObjectMapper()
                .readTree(Tokenizers.unpack("mini-t2v", folder).toFile());
        ((ObjectNode) json).putNull("post_processor");
        Path endless = Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        assertThatThrownBy(() -> PromptTokenizer.open(endless, Tokenizers.CACHE))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(endless + ": an empty text becomes 0 tokens, expected </s> alone");
    }

    @Test
    void theFilesOwnLengthDoesNotCount() throws IOException {
        JsonNode json = new ObjectMapper()
                .readTree(Tokenizers.unpack("mini-t2v", folder).toFile());
        ((ObjectNode) json)
                .putObject("truncation")
                .put("direction", "Right")
                .put("max_length", 4)
                .put("strategy", "LongestFirst")
                .put("stride", 0);
        Path limited = Files.writeString(folder.resolve("tokenizer.json"), json.toString());
        try (PromptTokenizer tokenizer = PromptTokenizer.open(limited, Tokenizers.CACHE)) {
            assertThat(tokenizer.encode("circle ".repeat(600)).ids()).hasSize(512);
        }
    }

    private PromptTokenizer open(String model) {
        return PromptTokenizer.open(Tokenizers.unpack(model, folder), Tokenizers.CACHE);
    }

    private static long[] longs(JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).longValue();
        }
        return values;
    }
}

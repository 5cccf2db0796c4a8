package io.github.wan4j.models.write;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.video.OutputException;
import io.github.wan4j.video.VideoInfo;
import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The settings inside a video file: one JSON object in ASCII, in the tag {@code comment} of an MP4, the comment of a GIF
 * and the iTXt chunk {@code wan4j} of a PNG. Reading needs no ffmpeg and knows no keys but those of {@link VideoInfo}.
 */
public final class Metadata {
    private static final String GENERATOR = "wan4j";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(JsonWriteFeature.ESCAPE_NON_ASCII)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Metadata() {}

    /** What is known of the video, then its settings, on one level and one line. */
    static String toJson(VideoInfo info) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("generator", GENERATOR);
        all.put("version", info.version());
        all.put("model", info.model());
        all.put("modelHash", info.modelHash());
        all.put("width", info.width());
        all.put("height", info.height());
        all.put("fps", info.fps());
        all.put("frames", info.frames());
        if (info.seed() != null) {
            all.put("seed", info.seed());
        }
        info.settings().forEach((name, value) -> {
            if (all.put(name, value) != null) {
                throw new IllegalArgumentException("the setting '" + name + "' has the name of another entry");
            }
        });
        try {
            return JSON.writeValueAsString(all);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("a setting cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** All entries, if the text was written by this library. */
    static Optional<Map<String, Object>> fromJson(String text) {
        try {
            Map<String, Object> all = JSON.readValue(text, new TypeReference<Map<String, Object>>() {});
            return Optional.ofNullable(all).filter(map -> GENERATOR.equals(map.remove("generator")));
        } catch (JsonProcessingException e) {
            return Optional.empty(); // somebody else's comment
        }
    }

    /**
     * All entries of a video file, in the order in which they were written; empty for a video made by other software.
     *
     * @throws OutputException if the file cannot be read or is neither MP4, GIF nor PNG
     */
    public static Optional<Map<String, Object>> read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new OutputException("there is no file '" + file + "'");
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            return comment(in, file).flatMap(Metadata::fromJson);
        } catch (EOFException e) {
            throw new OutputException("'" + file + "' ends too early", e);
        } catch (IOException e) {
            throw new OutputException("'" + file + "' cannot be read: " + e.getMessage(), e);
        }
    }

    private static Optional<String> comment(RandomAccessFile in, Path file) throws IOException {
        byte[] head = new byte[8];
        int length = Math.max(0, in.read(head));
        in.seek(0);
        String start = new String(head, 0, length, StandardCharsets.ISO_8859_1);
        if (start.startsWith("GIF8")) {
            return GifComment.read(in);
        } else if (start.equals("\u0089PNG\r\n\u001a\n")) {
            return PngText.read(in, ContactSheet.KEYWORD);
        } else if (start.startsWith("ftyp", 4)) {
            return Mp4Comment.read(in);
        }
        throw new OutputException("'" + file + "' is no MP4, GIF or PNG file");
    }
}

package io.github.wan4j.models.text;

import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import io.github.wan4j.core.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The text encoder's tokenizer, read from {@code tokenizer.json}. Texts are cleaned, split, ended with {@code </s>} by the file's
 * own post-processor and cut to 512 tokens, the end kept. May be used from any thread.
 */
public final class PromptTokenizer implements AutoCloseable {
    public static final int MAX_TOKENS = 512;

    private final TokenizersLibrary library;
    private final long handle;

    /** Closing frees native memory, so it waits for texts that are being split. */
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    private boolean closed;

    private PromptTokenizer(TokenizersLibrary library, long handle) {
        this.library = library;
        this.handle = handle;
    }

    /**
     * Reads a tokenizer.
     *
     * @param cacheDir the user's cache folder; the native library is unpacked there once for each version
     */
    public static PromptTokenizer open(Path tokenizerJson, Path cacheDir) {
        TokenizersLibrary library = NativeTokenizers.load(cacheDir);
        PromptTokenizer tokenizer = new PromptTokenizer(library, create(library, tokenizerJson));
        // the encoder's own length counts, whatever the file says
        library.disableTruncation(tokenizer.handle);
        library.disablePadding(tokenizer.handle);
        long[] end = tokenizer.split("");
        if (end.length != 1) {
            tokenizer.close();
            throw CheckpointException.of(
                    tokenizerJson, "an empty text becomes " + end.length + " tokens, expected </s> alone");
        }
        return tokenizer;
    }

    private static long create(TokenizersLibrary library, Path tokenizerJson) {
        String json;
        try {
            json = Files.readString(tokenizerJson);
        } catch (IOException e) {
            throw CheckpointException.of(tokenizerJson, "the tokenizer is missing or cannot be read as UTF-8", e);
        }
        try {
            return library.createTokenizerFromString(json);
        } catch (RuntimeException e) {
            throw CheckpointException.of(tokenizerJson, "this is no tokenizer (" + e.getMessage() + ")", e);
        }
    }

    public TokenIds encode(String prompt) {
        long[] ids = split(PromptCleaner.clean(prompt));
        return new TokenIds(cut(ids), ids.length);
    }

    private long[] split(String text) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("the tokenizer is closed");
            }
            long encoding = library.encode(handle, text, true);
            try {
                return library.getTokenIds(encoding);
            } finally {
                library.deleteEncoding(encoding);
            }
        } finally {
            lock.readLock().unlock();
        }
    }

    private static long[] cut(long[] ids) {
        if (ids.length <= MAX_TOKENS) {
            return ids;
        }
        long[] cut = Arrays.copyOf(ids, MAX_TOKENS);
        cut[MAX_TOKENS - 1] = ids[ids.length - 1];
        return cut;
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                library.deleteTokenizer(handle);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}

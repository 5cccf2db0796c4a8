package io.github.wan4j.core.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Damages files in ways that readers fall for; the same seed does the same damage. */
final class Mutator {
    private static final long[] NASTY = {
        0,
        1,
        -1,
        2,
        7,
        8,
        0x7f,
        0x80,
        0xff,
        0x7fff,
        0xffff,
        Integer.MAX_VALUE,
        1L << 31,
        0xffffffffL,
        1L << 32,
        1L << 40,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MAX_VALUE - 7,
        Long.MIN_VALUE
    };
    private static final List<String> TOKENS = List.of(
            "null",
            "true",
            "-0",
            "1e9",
            "1.5",
            "\"\"",
            "[]",
            "{}",
            "[[]]",
            "18446744073709551616",
            "\"x\"",
            "{\"a\":1}",
            "-",
            "");

    private final Random random;

    Mutator(long seed) {
        random = new Random(seed);
    }

    int below(int bound) {
        return random.nextInt(bound);
    }

    <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A number that overflows something, or one near {@code original}. */
    long number(long original) {
        return switch (below(4)) {
            case 0 -> original + below(9) - 4;
            case 1 -> random.nextLong();
            case 2 -> below(64);
            default -> NASTY[below(NASTY.length)];
        };
    }

    /** One to three places in {@code from .. to} overwritten: a bit, a byte, or a number of 2, 4 or 8 bytes. */
    byte[] overwrite(byte[] bytes, int from, int to) {
        byte[] damaged = bytes.clone();
        ByteBuffer buffer = ByteBuffer.wrap(damaged).order(ByteOrder.LITTLE_ENDIAN);
        for (int times = 1 + below(3); times > 0; times--) {
            int width = Math.min(1 << below(4), to - from);
            int position = from + below(to - from - width + 1);
            switch (width) {
                case 8 -> buffer.putLong(position, number(buffer.getLong(position)));
                case 4 -> buffer.putInt(position, (int) number(buffer.getInt(position)));
                case 2 -> buffer.putShort(position, (short) number(buffer.getShort(position)));
                default -> damaged[position] ^= (byte) (1 << below(8));
            }
        }
        return damaged;
    }

    /** Cut short, repeated in part, or with a part left out. */
    byte[] splice(byte[] bytes) {
        int from = below(bytes.length);
        int to = from + below(bytes.length - from + 1);
        return switch (below(3)) {
            case 0 -> Arrays.copyOf(bytes, from);
            case 1 -> join(Arrays.copyOf(bytes, to), Arrays.copyOfRange(bytes, from, bytes.length));
            default -> join(Arrays.copyOf(bytes, from), Arrays.copyOfRange(bytes, to, bytes.length));
        };
    }

    /** One match of {@code pattern} replaced by another number or by something else altogether. */
    String token(String text, Pattern pattern) {
        List<MatchResult> matches = pattern.matcher(text).results().toList();
        MatchResult match = any(matches);
        boolean isNumber = match.group().chars().allMatch(Character::isDigit);
        String other = isNumber && below(4) > 0 ? Long.toString(number(Long.parseLong(match.group()))) : any(TOKENS);
        return text.substring(0, match.start()) + other + text.substring(match.end());
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }
}

package io.github.wan4j.bench.report;

import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.TensorEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Fills the holes of a {@link HeaderFile}: weights keep the variance of what passes through, factors of norms lie around 1. A
 * few million numbers again and again, out of step with every dimension: as good for time and memory as fresh ones.
 */
final class RandomValues {
    private static final int NUMBERS = (1 << 22) + 7;
    private static final double BIAS = 0.02;

    /** Around 1 or around 0. */
    private record Spread(double deviation, boolean factor, DType dtype) {
        static Spread of(TensorEntry entry) {
            long[] shape = entry.shape();
            long fan = 1;
            for (int i = 1; i < shape.length; i++) {
                fan *= shape[i];
            }
            boolean weight = entry.name().endsWith(".weight");
            boolean factor = entry.name().endsWith("gamma") || (weight && fan == 1);
            return new Spread(factor ? 0.1 : weight ? 1 / Math.sqrt((double) fan) : BIAS, factor, entry.dtype());
        }
    }

    private final float[] normal = new float[NUMBERS];
    private final Map<Spread, ByteBuffer> tables = new ConcurrentHashMap<>();

    RandomValues() {
        Random random = new Random(1);
        for (int i = 0; i < NUMBERS; i++) {
            normal[i] = (float) random.nextGaussian();
        }
    }

    void fill(Path file) throws IOException {
        try (Checkpoint checkpoint = Checkpoint.open(file);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            checkpoint.names().parallelStream().forEach(name -> fill(channel, checkpoint.entry(name)));
        }
    }

    private void fill(FileChannel channel, TensorEntry entry) {
        ByteBuffer table = tables.computeIfAbsent(Spread.of(entry), this::table);
        int start =
                Math.floorMod(entry.name().hashCode(), NUMBERS) * entry.dtype().bytes();
        try {
            for (long done = 0; done < entry.bytes(); start = 0) {
                int count = (int) Math.min(entry.bytes() - done, table.capacity() - start);
                ByteBuffer part = table.slice(start, count);
                while (part.hasRemaining()) {
                    done += channel.write(part, entry.offset() + done);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer table(Spread spread) {
        int bytes = spread.dtype().bytes();
        ByteBuffer table = ByteBuffer.allocateDirect(NUMBERS * bytes).order(ByteOrder.LITTLE_ENDIAN);
        for (float number : normal) {
            float value = (float) (number * spread.deviation() + (spread.factor() ? 1 : 0));
            if (spread.dtype() == DType.F32) {
                table.putFloat(value);
            } else {
                table.putShort((short) (Float.floatToRawIntBits(value) >>> 16)); // bf16, towards zero
            }
        }
        return table.flip();
    }
}

package io.github.wan4j.models.pipeline;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.github.wan4j.models.plan.ExecutionPlan;
import io.github.wan4j.models.plan.MeasuredRates;
import io.github.wan4j.video.RunReport.Seconds;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;

/**
 * How jobs on one device fared, kept from one run to the next in the user's cache folder. It only serves estimates: a file
 * that cannot be read or written is as good as none, and said in the log.
 */
public final class RatesFile {
    private static final System.Logger LOG = System.getLogger(RatesFile.class.getName());
    private static final JsonMapper JSON = new JsonMapper();

    private final Path file;
    private MeasuredRates rates;

    /** @param device its maker's name for it */
    public RatesFile(Path cacheDir, String device) {
        String name = device.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        file = cacheDir.resolve("rates").resolve(name + ".json");
        rates = read();
    }

    public synchronized MeasuredRates rates() {
        return rates;
    }

    /** Learns from a job; what other processes learnt meanwhile is kept. */
    synchronized void add(ExecutionPlan plan, Seconds took) {
        rates = read().with(plan, took);
        try {
            write();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "measured rates cannot be kept in " + file, e);
        }
    }

    private MeasuredRates read() {
        try {
            return MeasuredRates.read(JSON.readTree(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return MeasuredRates.NONE;
        } catch (JacksonException e) {
            LOG.log(Level.WARNING, file + " is broken and begun anew: " + e.getOriginalMessage());
            return MeasuredRates.NONE;
        } catch (IOException e) {
            LOG.log(Level.WARNING, "measured rates cannot be read", e);
            return MeasuredRates.NONE;
        }
    }

    private void write() throws IOException {
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Path temporary = Files.createTempFile(folder, "rates", ".tmp");
        try {
            Files.write(temporary, JSON.writeValueAsBytes(rates.toJson()));
            move(temporary);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private void move(Path temporary) throws IOException {
        try {
            Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}

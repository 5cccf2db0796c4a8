package io.github.wan4j.models.plan;

import io.github.wan4j.video.Branch;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.RunReport.Choice;
import io.github.wan4j.video.RunReport.Seconds;
import io.github.wan4j.video.Size;
import io.github.wan4j.video.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Fits a plan to a device: numbers, residency, the autoencoder's chunks, whether guidance is batched. */
final class PlacementRules {
    /** Share of the memory up to which an estimate is trusted. */
    static final double TRUSTED = 0.85;

    /** Up to as many tokens one branch leaves a GPU with nothing to do between launches. */
    private static final int FEW_TOKENS = 2048;

    private static final int[] CHUNKS = {8, 4, 2, 1};

    private final PlanRequest request;
    private final DeviceProfile device;
    private final List<Choice> choices = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    PlacementRules(PlanRequest request, DeviceProfile device) {
        this.request = request;
        this.device = device;
    }

    Placement place(LatentShape latent, List<PlannedStep> steps) {
        Numerics numerics = numerics();
        int cached = cachedBranches(steps);
        MemoryModel one = new MemoryModel(request.model(), latent, numerics, device.gpu(), cached, 1);
        Residency residency = residency(one);
        boolean guided = steps.stream().anyMatch(PlannedStep::guided);
        boolean batched = guided && batchesGuidance(latent, residency);
        MemoryModel model = batched ? new MemoryModel(request.model(), latent, numerics, device.gpu(), cached, 2) : one;
        if (batched && !fits(model.estimate(residency, 1), TRUSTED)) {
            batched = false;
            model = one;
        }
        MemoryEstimate memory = model.estimate(residency, chunk(model, residency));
        int forwards = steps.stream().mapToInt(step -> step.computed().size()).sum();
        int active = steps.stream().mapToInt(step -> step.guided() ? 2 : 1).sum();
        Seconds seconds = new TimeModel(request.model(), latent, numerics, device.rates())
                .estimate(forwards, active - forwards, request.options().image(), model, residency);
        choose("batched guidance", batched ? "on" : "off", batchReason(latent, residency, guided));
        warnIfTight(memory);
        warnIfLong();
        return new Placement(device, numerics, batched, memory, seconds, choices, warnings);
    }

    /** The longest video of the request's size that fits, of the form 4n+1; 0 if none does. */
    int longest() {
        int low = 0;
        int high = request.longestAllowed();
        while (low < high) {
            int middle = (low + high + 4) / 8 * 4 + 1;
            if (fits(least(request.size(), middle), 1)) {
                low = middle;
            } else {
                high = middle - 4;
            }
        }
        return low;
    }

    /** The largest size of the same proportions at which the request's frames fit. */
    private Optional<Size> largest() {
        int multiple = request.model().sizeMultiple();
        for (int width = request.size().width() - multiple; width >= multiple; width -= multiple) {
            double height =
                    (double) request.size().height() * width / request.size().width();
            Size size = new Size(width, multiple * (int) Math.max(1, Math.rint(height / multiple)));
            if (fits(least(size, request.frames()), 1)) {
                return Optional.of(size);
            }
        }
        return Optional.empty();
    }

    /** The smallest memory that a video can be made in. */
    private MemoryEstimate least(Size size, int frames) {
        PlanOptions options = request.options();
        boolean reuses = options.speedup() != null
                || (options.cache() == null
                        ? options.tier().compareTo(Tier.QUALITY) > 0
                        : options.cache().method() != Method.NONE);
        LatentShape latent = LatentShape.of(request.model().vae(), size, frames);
        return new MemoryModel(request.model(), latent, supported(wanted()), device.gpu(), reuses ? 2 : 0, 1)
                .estimate(Residency.STREAMED, 1);
    }

    /** The tier's, or the precision asked for; what the device cannot do is replaced by what it can. */
    private Numerics numerics() {
        Numerics wanted = wanted();
        Numerics supported = supported(wanted);
        if (!supported.equals(wanted)) {
            String reason = device.title() + " has no " + wanted.products().label();
            if (request.options().strict()) {
                throw new InvalidRequestException(
                        reason + ", take " + supported.products().label());
            }
            choose("precision", supported.products().label(), reason);
            warnings.add(reason + ": products are computed in "
                    + supported.products().label());
        } else {
            choose(
                    "precision",
                    wanted.products().label(),
                    request.options().precision() == null ? "the tier's own" : "asked for");
        }
        return supported;
    }

    private Numerics wanted() {
        Numerics tiers = Numerics.of(request.options().tier(), device);
        Products asked = request.options().precision();
        return asked == null ? tiers : tiers.withProducts(asked);
    }

    private Numerics supported(Numerics wanted) {
        if (wanted.products() != Products.FP8 || device.hasFp8()) {
            return wanted;
        }
        return wanted.withProducts(device.gpu() ? Products.BF16 : Products.FP32);
    }

    private Residency residency(MemoryModel model) {
        Residency asked = request.options().residency();
        if (asked != null) {
            choose("residency", asked.label(), "asked for");
            return asked;
        }
        for (double share : new double[] {TRUSTED, 1}) {
            for (Residency residency : Residency.values()) {
                if (fits(model.estimate(residency, 1), share)) {
                    choose("residency", residency.label(), residency.meaning());
                    return residency;
                }
            }
        }
        throw new InvalidRequestException(tooMuch(model.estimate(Residency.STREAMED, 1)));
    }

    private String tooMuch(MemoryEstimate memory) {
        int longest = longest();
        List<String> ways = new ArrayList<>();
        if (longest > 0) {
            ways.add("at most " + longest + " frames");
        }
        largest().ifPresent(size -> ways.add(size.toString()));
        return String.format(
                Locale.ROOT,
                "%d frames of %s need about %.1f GiB, %s has %.1f%s",
                request.frames(),
                request.size(),
                gib(memory.peak()),
                device.title(),
                gib(device.memoryBytes()),
                ways.isEmpty() ? ", which is too little for any size" : ", take " + String.join(" or ", ways));
    }

    private boolean fits(MemoryEstimate memory, double share) {
        return device.memoryBytes() == 0 || memory.peak() <= share * device.memoryBytes();
    }

    /** The longest chunk that takes no more than denoising does anyway. */
    private int chunk(MemoryModel model, Residency residency) {
        for (int chunk : CHUNKS) {
            MemoryEstimate memory = model.estimate(residency, chunk);
            if (memory.decode() <= memory.denoise() && fits(memory, TRUSTED)) {
                return chunk;
            }
        }
        return 1;
    }

    private boolean batchesGuidance(LatentShape latent, Residency residency) {
        Boolean asked = request.options().batchGuidance();
        if (asked != null) {
            return asked;
        }
        return residency == Residency.STREAMED || (device.gpu() && latent.tokens() <= FEW_TOKENS);
    }

    private String batchReason(LatentShape latent, Residency residency, boolean guided) {
        if (!guided) {
            return "there is one branch";
        }
        if (request.options().batchGuidance() != null) {
            return "asked for";
        }
        return residency == Residency.STREAMED
                ? "streamed weights serve both branches"
                : latent.tokens() + " tokens in a branch";
    }

    private static int cachedBranches(List<PlannedStep> steps) {
        int cached = 0;
        for (Branch branch : Branch.values()) {
            cached += steps.stream().anyMatch(step -> step.of(branch) == Action.REUSE) ? 1 : 0;
        }
        return cached;
    }

    private void warnIfTight(MemoryEstimate memory) {
        if (!fits(memory, TRUSTED)) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "this takes about %.1f GiB of the %.1f on %s",
                    gib(memory.peak()),
                    gib(device.memoryBytes()),
                    device.title()));
        }
    }

    private void warnIfLong() {
        int trained = request.model().trainedFrames();
        if (request.frames() > trained) {
            warnings.add(request.frames() + " frames are more than the " + trained + " that "
                    + request.model().name() + " was trained on, the video may drift");
        }
    }

    private void choose(String name, String value, String reason) {
        choices.add(new Choice(name, value, reason));
    }

    static double gib(long bytes) {
        return bytes / (double) (1 << 30);
    }
}

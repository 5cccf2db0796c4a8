package io.github.wan4j.models.plan;

import io.github.wan4j.core.Residency;
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

/** Fits a plan to a device: numbers, arrangement, whether guidance is batched. What was asked for and does not fit is replaced. */
final class PlacementRules {
    /**
     * Up to as many tokens two branches are sooner done in one forward: on an H200 the 5B model 2.25 times as soon at 64
     * tokens, 1.20 at 480, 1.04 at 1,100, 1.01 at 2,420, and from 4,620 on later; A14B 1.18 at 390 and 1.02 at 1,560.
     */
    private static final int FEW_TOKENS = 2048;

    private final PlanRequest request;
    private final DeviceProfile device;
    private final PlacementWishes wishes;
    private final Fitting fitting;
    private final List<Choice> choices = new ArrayList<>();
    private final List<String> warnings = new ArrayList<>();

    PlacementRules(PlanRequest request, DeviceProfile device) {
        this.request = request;
        this.device = device;
        wishes = request.options().wishes();
        fitting = new Fitting(device, request.model().vae());
    }

    Placement place(LatentShape latent, List<PlannedStep> steps) {
        Numerics numerics = numerics();
        int cached = cachedBranches(steps);
        boolean pairs = steps.stream().anyMatch(step -> step.computeCond() && step.computeUncond());
        MemoryModel one = model(request.size(), request.frames(), numerics, cached, 1);
        MemoryEstimate memory = arranged(one, pairs ? wishes : wishes.withShareBranches(false));
        boolean guided = steps.stream().anyMatch(PlannedStep::guided);
        TimeModel time = new TimeModel(request, latent, numerics, device);
        boolean batched = guided && batchesGuidance(latent, memory.residency(), time.isBoundByTransfer(one));
        if (batched) {
            boolean shares = pairs && !Boolean.FALSE.equals(wishes.shareBranches());
            MemoryEstimate both = model(request.size(), request.frames(), numerics, cached, 2)
                    .estimate(memory.arrangement().withSharedBranches(shares)); // nothing waits for the other branch
            batched = fitting.fits(both, Fitting.TRUSTED);
            memory = batched ? both : memory;
        }
        choose("batched guidance", batched ? "on" : "off", batchReason(latent, memory.residency(), guided, batched));
        boolean shared = memory.arrangement().sharesBranches();
        choose("shared branches", shared ? "on" : "off", sharingReason(pairs, shared, one, memory.arrangement()));
        if (device.gpu()) {
            choosePrompt(memory.arrangement(), one, time);
        }
        Seconds seconds = time.estimate(steps, batched, one, memory.arrangement());
        warnIfTight(memory);
        warnIfLong();
        return new Placement(device, numerics, batched, memory, seconds, choices, warnings);
    }

    /** What a plan would take in another arrangement. */
    static MemoryEstimate estimate(
            PlanRequest request, Placement placement, List<PlannedStep> steps, Arrangement arrangement) {
        return new PlacementRules(request, placement.device())
                .model(
                        request.size(),
                        request.frames(),
                        placement.numerics(),
                        cachedBranches(steps),
                        placement.batchedGuidance() ? 2 : 1)
                .estimate(arrangement);
    }

    private MemoryModel model(Size size, int frames, Numerics numerics, int cached, int batch) {
        return new MemoryModel(request, size, frames, numerics, device.gpu(), cached, batch);
    }

    /** The longest video of the request's size that fits, of the form 4n+1; 0 if none does. */
    int longest() {
        int low = 0;
        int high = request.longestAllowed();
        while (low < high) {
            int middle = (low + high + 4) / 8 * 4 + 1;
            if (fitsSomehow(request.size(), middle)) {
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
            if (fitsSomehow(size, request.frames())) {
                return Optional.of(size);
            }
        }
        return Optional.empty();
    }

    private boolean fitsSomehow(Size size, int frames) {
        PlanOptions options = request.options();
        boolean reuses = options.speedup() != null
                || (options.cache() == null
                        ? options.tier().compareTo(Tier.QUALITY) > 0
                        : options.cache().method() != Method.NONE);
        MemoryModel model = model(size, frames, supported(wanted()), reuses ? 2 : 0, 1);
        return fitting.find(model, options.strict() ? wishes : PlacementWishes.NONE)
                .isPresent();
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
            choose("precision", wanted.products().label(), wishes.precision() == null ? "the tier's own" : "asked for");
        }
        return supported;
    }

    private Numerics wanted() {
        Numerics tiers = Numerics.of(request.options().tier(), device);
        Products asked = wishes.precision();
        return asked == null ? tiers : tiers.withProducts(asked);
    }

    private Numerics supported(Numerics wanted) {
        if (wanted.products() != Products.FP8 || device.hasFp8()) {
            return wanted;
        }
        return wanted.withProducts(device.gpu() ? Products.BF16 : Products.FP32);
    }

    private MemoryEstimate arranged(MemoryModel model, PlacementWishes wishes) {
        MemoryEstimate memory = fitting.find(model, wishes).orElseGet(() -> replaced(model, wishes));
        Arrangement arrangement = memory.arrangement();
        if (device.gpu()) {
            choose(
                    "residency",
                    arrangement.residency().toString(),
                    arrangement.residency() == wishes.residency() ? "asked for" : meaning(arrangement.residency()));
            choose(
                    "text encoder",
                    arrangement.textEncoder().toString(),
                    arrangement.textEncoder() == wishes.textEncoder()
                            ? "asked for"
                            : switch (arrangement.textEncoder()) {
                                case GPU, AUTO -> "it stays on the device";
                                case FREE -> "it leaves the device once the prompts are encoded";
                                case CPU -> "it is too large for the device";
                            });
        }
        choose("vae chunk", String.valueOf(arrangement.chunk()), chunkReason(arrangement));
        if (arrangement.tile() != null) {
            choose(
                    "vae tile",
                    arrangement.tile().toString(),
                    arrangement.tile().equals(wishes.tile()) ? "asked for" : "whole frames do not fit");
        }
        return memory;
    }

    private void choosePrompt(Arrangement arrangement, MemoryModel model, TimeModel time) {
        boolean passing = arrangement.passesPromptWeights();
        String cost = String.format(
                Locale.ROOT,
                "they come from the host for each prompt: %.1f GiB less on the device for %.2f s a job",
                gib(model.savedByPassing()),
                time.promptMoves(model, arrangement));
        choose("prompt weights", passing ? "passing" : "resident", passing ? cost : "they stay with the text encoder");
    }

    /** Nothing as asked for fits: whatever does. */
    private MemoryEstimate replaced(MemoryModel model, PlacementWishes wishes) {
        boolean alone = Boolean.FALSE.equals(wishes.shareBranches());
        MemoryEstimate fitting = this.fitting
                .find(model, alone ? PlacementWishes.NONE.withShareBranches(false) : PlacementWishes.NONE)
                .orElseThrow(() -> new InvalidRequestException(tooMuch(model)));
        if (wishes.with(fitting.arrangement()).equals(wishes)) {
            return fitting;
        }
        MemoryEstimate asked = model.estimate(asAsked(wishes, fitting.arrangement()));
        String reason = String.format(
                Locale.ROOT,
                "%s would need about %.1f GiB, %s has %.1f",
                asked.arrangement(),
                gib(this.fitting.needed(asked)),
                device.title(),
                gib(device.memoryBytes()));
        if (request.options().strict()) {
            throw new InvalidRequestException(reason + ", take " + fitting.arrangement());
        }
        warnings.add(reason + ": taken is " + fitting.arrangement());
        return fitting;
    }

    /** What was asked for, and what fits where nothing was. */
    private static Arrangement asAsked(PlacementWishes wishes, Arrangement fitting) {
        return new Arrangement(
                wishes.residency() == null ? fitting.residency() : wishes.residency(),
                wishes.textEncoder() == null ? fitting.textEncoder() : wishes.textEncoder(),
                wishes.chunk() == null ? fitting.chunk() : wishes.chunk(),
                wishes.tile() == null ? fitting.tile() : wishes.tile(),
                wishes.shareBranches() == null ? fitting.sharesBranches() : wishes.shareBranches());
    }

    private static String meaning(Residency residency) {
        return switch (residency) {
            case RESIDENT, AUTO -> "everything stays on the device";
            case ONE_EXPERT -> "each part comes to the device for its stage";
            case STREAM -> "the transformer's blocks stream from host memory";
        };
    }

    private String chunkReason(Arrangement arrangement) {
        if (wishes.chunk() != null && wishes.chunk() == arrangement.chunk()) {
            return "asked for";
        }
        return device.gpu() ? "4 latent frames, fewer where they do not fit" : "fastest on a CPU";
    }

    private String tooMuch(MemoryModel model) {
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
                gib(fitting.needed(fitting.smallest(model))),
                device.title(),
                gib(device.memoryBytes()),
                ways.isEmpty() ? ", which is too little for any size" : ", take " + String.join(" or ", ways));
    }

    private boolean batchesGuidance(LatentShape latent, Residency residency, boolean boundByTransfer) {
        Boolean asked = wishes.batchGuidance();
        if (asked != null) {
            return asked;
        }
        return residency == Residency.STREAM ? boundByTransfer : device.gpu() && latent.tokens() <= FEW_TOKENS;
    }

    private String batchReason(LatentShape latent, Residency residency, boolean guided, boolean batched) {
        if (!guided) {
            return "there is one branch";
        }
        if (wishes.batchGuidance() != null) {
            return "asked for";
        }
        return residency == Residency.STREAM
                ? batched ? "streamed weights serve both branches" : "weights arrive in time for each branch"
                : latent.tokens() + " tokens in a branch";
    }

    private String sharingReason(boolean pairs, boolean shared, MemoryModel one, Arrangement arrangement) {
        if (!pairs) {
            return "no step computes both branches";
        }
        if (wishes.shareBranches() != null && wishes.shareBranches() == shared) {
            return "asked for";
        }
        long more = one.estimate(arrangement.withSharedBranches(true)).denoise()
                - one.estimate(arrangement.withSharedBranches(false)).denoise();
        return shared
                ? "both begin with the same self-attention"
                : String.format(Locale.ROOT, "%.1f GiB more do not fit", gib(more));
    }

    private static int cachedBranches(List<PlannedStep> steps) {
        int cached = 0;
        for (Branch branch : Branch.values()) {
            cached += steps.stream().anyMatch(step -> step.of(branch) == Action.REUSE) ? 1 : 0;
        }
        return cached;
    }

    private void warnIfTight(MemoryEstimate memory) {
        if (!fitting.fits(memory, Fitting.TRUSTED)) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "this takes about %.1f GiB of the %.1f on %s",
                    gib(fitting.needed(memory)),
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

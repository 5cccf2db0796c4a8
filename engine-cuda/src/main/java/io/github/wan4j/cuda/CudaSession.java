package io.github.wan4j.cuda;

import io.github.wan4j.core.AttentionBackend;
import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.EngineFailedException;
import io.github.wan4j.core.EngineStartException;
import io.github.wan4j.core.KernelSet;
import io.github.wan4j.core.Precision;
import io.github.wan4j.core.ProductBackend;
import io.github.wan4j.core.kernels.Attention8;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.runtime.CpuThreads;
import io.github.wan4j.core.runtime.EngineThread;
import io.github.wan4j.core.runtime.ProcessSettings;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.core.spi.DeviceInfo;
import io.github.wan4j.core.spi.DeviceSession;
import io.github.wan4j.core.spi.MemoryStatus;
import io.github.wan4j.core.spi.Safety;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.weights.BlockStream;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.WeightStore;
import io.github.wan4j.cuda.compile.CubinCache;
import io.github.wan4j.cuda.compile.KernelCompiler;
import io.github.wan4j.cuda.compile.KernelNeeds;
import io.github.wan4j.cuda.compile.Nvrtc;
import io.github.wan4j.cuda.load.CudaException;
import io.github.wan4j.cuda.load.DeviceProfile;
import io.github.wan4j.cuda.residency.CopyLane;
import io.github.wan4j.cuda.residency.CudaTransport;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.Stream;
import org.bytedeco.pytorch.cuda.CUDAGuard;
import org.bytedeco.pytorch.cuda.CUDAStream;
import org.bytedeco.pytorch.cuda.CUDAStreamGuard;
import org.bytedeco.pytorch.cuda.DeviceStats;
import org.bytedeco.pytorch.global.torch_cuda;
import org.jspecify.annotations.Nullable;

/** One GPU: a thread with its device and a stream of its own, the kernels made on it, and what the process was asked to set. */
final class CudaSession implements DeviceSession {
    private static final Logger LOG = System.getLogger(CudaSession.class.getName());

    private final DeviceInfo info;
    private final DeviceProfile profile;
    private final EngineConfig config;
    private final ProcessSettings.Hold settings;
    private final EngineThread thread;
    private final CudaKernels kernels;
    private final Graphs graphs;
    private final KernelNeeds needs;
    private final List<String> warnings = new ArrayList<>();
    private final AtomicLong peak = new AtomicLong(); // up to when it was taken last
    private final AtomicBoolean closed = new AtomicBoolean();
    private @Nullable CopyLane lane; // touched by the session's thread alone
    private volatile @Nullable String detour;
    private volatile Consumer<String> news = text -> {};
    private volatile @Nullable EngineFailedException dead;

    CudaSession(DeviceInfo info, DeviceProfile profile, EngineConfig config) {
        this.info = info;
        this.profile = profile;
        this.config = config;
        refuse(config);
        List<ProcessSettings.Wish> wishes = new ArrayList<>(CudaSettings.wishes(config, profile));
        wishes.add(CpuThreads.wish(config.cpuThreads()));
        settings = ProcessSettings.hold(wishes);
        needs = new KernelNeeds(config.cacheDir().resolve("kernels").resolve("needs"));
        graphs = new Graphs(config.graphs(), profile.index());
        EngineThread started = null;
        try {
            started = EngineThread.start("wan4j-cuda:" + profile.index(), true, this::enter);
            kernels = started.call(() -> {
                KernelLibrary library = new KernelLibrary(compiler(), new SelfCheck(info.device()));
                return new CudaKernels(
                        library,
                        config.kernels() == KernelSet.OWN,
                        attention(),
                        ownAttention(library),
                        innerAttention(library),
                        products(),
                        graphs);
            });
        } catch (Throwable t) {
            if (started != null) {
                started.close();
            }
            settings.close();
            throw t;
        }
        thread = started;
    }

    /** Combinations that cannot work. */
    static void refuse(EngineConfig config) {
        boolean fp32 = config.precision().filter(p -> p == Precision.FP32).isPresent();
        AttentionBackend backend = config.attention();
        if (fp32
                && (backend == AttentionBackend.OWN
                        || backend == AttentionBackend.CUDNN
                        || backend == AttentionBackend.FLASH)) {
            throw new EngineStartException("attention=" + backend
                    + " computes in bf16 only and precision is fp32; take attention=auto, efficient or math");
        }
        if (fp32 && backend == AttentionBackend.FP8) {
            throw new EngineStartException(
                    "attention=fp8 rounds to eight bits and precision is fp32; take attention=auto,"
                            + " or precision=bf16");
        }
    }

    /** The device, then a stream that is not the default one, which cannot be captured. */
    private EngineThread.Root.Leave enter() {
        CpuThreads.onThisThread(config.cpuThreads());
        byte index = (byte) profile.index();
        CUDAGuard device = new CUDAGuard(index);
        CUDAStream stream = torch_cuda.getStreamFromPool(false, index);
        Stream plain = stream.asStream();
        CUDAStreamGuard onStream = new CUDAStreamGuard(plain);
        torch_cuda.getAllocator().resetPeakStats(index); // an earlier session's is not this one's
        return () -> {
            onStream.close();
            plain.close();
            stream.close();
            device.close();
        };
    }

    /** None where plain kernels are asked for or the compiler is missing, which costs speed and is said. */
    private @Nullable KernelCompiler compiler() {
        if (config.kernels() == KernelSet.REFERENCE) {
            return null;
        }
        try {
            Nvrtc nvrtc = Nvrtc.load(CudaProcess.get().search());
            KernelCompiler compiler = new KernelCompiler(
                    nvrtc,
                    nvrtc.architecture(profile.major(), profile.minor()),
                    new CubinCache(config.cacheDir().resolve("kernels")));
            compiler.tell(text -> news.accept(text));
            return compiler;
        } catch (CudaException e) {
            warn("plain operators take the place of wan4j's kernels: " + e.getMessage());
            return null;
        }
    }

    private CudaKernels.AttentionChoice attention() {
        AttentionTable table = new AttentionTable(profile.major());
        Attention wanted = switch (config.attention()) {
            case AUTO, OWN, FP8 -> null; // fp8 is for inner blocks; what neither takes goes by the table
            case CUDNN -> Attention.CUDNN;
            case FLASH -> Attention.FLASH;
            case EFFICIENT -> Attention.EFFICIENT;
            case MATH -> Attention.MATH;
        };
        // the VAEs' wide head and f32 go by the table where the wish cannot take them
        return wanted == null
                ? table::choose
                : (type, width) -> wanted.takes(type, width) ? wanted : table.choose(type, width);
    }

    /** Null: it is not wanted, or cannot be had, which is said where it was asked for. */
    private @Nullable OwnAttention ownAttention(KernelLibrary library) {
        boolean asked = config.attention() == AttentionBackend.OWN;
        boolean byTable = config.attention() == AttentionBackend.AUTO || config.attention() == AttentionBackend.FP8;
        if (config.kernels() == KernelSet.REFERENCE || (!asked && !byTable)) {
            return null;
        }
        if (profile.major() == OwnAttention.MAJOR && library.compiles()) {
            return new OwnAttention(library);
        }
        if (asked) {
            warn("attention=own "
                    + (library.compiles()
                            ? "is made for compute capability 9.0 (Hopper) and this GPU has " + profile.major() + "."
                                    + profile.minor()
                            : "needs wan4j's kernels")
                    + "; libtorch's takes its place");
        }
        return null;
    }

    private void warn(String warning) {
        warnings.add(warning);
        LOG.log(Level.WARNING, warning);
    }

    /** Null: as everywhere else. */
    private @Nullable InnerAttention innerAttention(KernelLibrary library) {
        if (config.attention() != AttentionBackend.FP8) {
            return null;
        }
        if (config.kernels() == KernelSet.REFERENCE) {
            return (q, k, v, scale, copies) -> copies > 0 ? null : Attention8.attention(q, k, v, scale);
        }
        String obstacle = !profile.isHopperOrLater()
                ? "needs compute capability 9.0 (Hopper) and this GPU has " + profile.major() + "." + profile.minor()
                : library.compiles() ? null : "needs wan4j's kernels";
        if (obstacle != null) {
            warn("attention=fp8 " + obstacle + "; bf16 takes its place");
            return null;
        }
        InnerAttention cudnn = new QuantisedAttention(library, graphs::forget);
        return profile.isHopper() ? new HopperAttention(library, profile.multiprocessors(), cudnn) : cudnn;
    }

    /** Null where libtorch's are asked for, or cuBLASLt cannot be reached, which is said. */
    private @Nullable Products products() {
        if (config.kernels() == KernelSet.REFERENCE || config.products() == ProductBackend.TORCH) {
            return null;
        }
        try {
            return new Products(profile.major());
        } catch (CudaException e) {
            String warning = "libtorch computes all products: " + e.getMessage();
            warnings.add(warning);
            LOG.log(Level.WARNING, warning);
            return null;
        }
    }

    @Override
    public DeviceInfo info() {
        return info;
    }

    @Override
    public Kernels kernels() {
        return kernels;
    }

    @Override
    public List<Safety> ways() {
        AttentionBackend wanted = config.attention();
        boolean cudnn =
                wanted == AttentionBackend.AUTO || wanted == AttentionBackend.CUDNN || wanted == AttentionBackend.FP8;
        return config.kernels() == KernelSet.OWN || cudnn ? List.of(Safety.values()) : List.of(Safety.FAST);
    }

    @Override
    public void compute(Safety way) {
        DeviceSession.super.compute(way);
        kernels.compute(way);
    }

    @Override
    public WeightStore openWeights() {
        return new ResidentStore(info.device(), kernels, CudaTransport.once(lane()));
    }

    @Override
    public boolean streams() {
        return true;
    }

    @Override
    public BlockStream openStream(int slots) {
        return stream(CudaTransport.again(lane()), slots);
    }

    @Override
    public BlockStream openSparseStream(int slots) {
        return stream(CudaTransport.sparse(lane()), slots);
    }

    private BlockStream stream(CudaTransport transport, int slots) {
        transport.detour().ifPresent(reason -> detour = "weights go through pinned memory: " + reason);
        return new BlockStream(info.device(), kernels, transport, slots);
    }

    private CopyLane lane() {
        if (lane == null) {
            lane = new CopyLane(profile.index());
        }
        return lane;
    }

    @Override
    public List<Choice> choices() {
        List<Choice> choices = new ArrayList<>();
        choices.add(new Choice(
                "device",
                profile.toString(),
                config.devices().isEmpty() ? "the first GPU that can be used" : "asked for"));
        choices.add(kernelChoice());
        choices.add(attentionChoice());
        choices.add(productChoice());
        choices.add(graphs.choice());
        choices.addAll(CudaSettings.choices(config));
        return choices;
    }

    private Choice kernelChoice() {
        if (config.kernels() == KernelSet.REFERENCE) {
            return new Choice("kernels", "reference", "asked for: plain operators, the control");
        }
        int off = kernels.switchedOff().size();
        return kernels.compiles()
                ? new Choice("kernels", "own", off == 0 ? "all passed their checks" : off + " failed their checks")
                : new Choice("kernels", "reference", "the compiler for the own ones is missing");
    }

    private Choice attentionChoice() {
        DType type = config.precision(info.device()).products();
        Attention listed = attention().choose(type, CudaKernels.HEAD);
        boolean own = type == DType.BF16 && kernels.isAttentionOwn();
        String chosen = own ? "own" : listed.name().toLowerCase(Locale.ROOT);
        String why = switch (config.attention()) {
            case AUTO -> own ? "the fastest in bf16 on Hopper" : new AttentionTable(profile.major()).why(listed);
            case OWN ->
                own
                        ? "asked for"
                        : config.kernels() == KernelSet.REFERENCE
                                ? "own was asked for, and kernels=reference"
                                : "own was asked for: see the warnings";
            case FP8 ->
                kernels.isInnerAttentionFast()
                        ? "asked for, in inner blocks; the rest takes " + chosen
                        : "fp8 was asked for: see the warnings";
            case CUDNN, FLASH, EFFICIENT, MATH ->
                listed.name().equals(config.attention().name())
                        ? "asked for"
                        : config.attention() + " was asked for and does not take heads of " + CudaKernels.HEAD + " in "
                                + type;
        };
        boolean fast = config.attention() == AttentionBackend.FP8 && kernels.isInnerAttentionFast();
        return new Choice("attention", fast ? "fp8" : chosen, why);
    }

    private Choice productChoice() {
        boolean asked = config.products() == ProductBackend.TORCH || config.kernels() == KernelSet.REFERENCE;
        return kernels.computesProducts()
                ? new Choice(
                        "products", "auto", "by cuBLASLt itself where that was measured to be faster, else by libtorch")
                : new Choice("products", "torch", asked ? "asked for" : "see the warnings");
    }

    @Override
    public List<String> warnings() {
        List<String> all = new ArrayList<>(warnings);
        all.addAll(kernels.switchedOff());
        if (detour != null) {
            all.add(detour);
        }
        if ("1".equals(System.getenv("CUDA_LAUNCH_BLOCKING"))) {
            all.add("CUDA_LAUNCH_BLOCKING=1 makes every launch wait: times mean nothing");
        }
        return all;
    }

    @Override
    public MemoryStatus memory() {
        byte index = (byte) profile.index();
        try (PointerScope scope = new PointerScope()) {
            DeviceStats stats = torch_cuda.getAllocator().getDeviceStats(index);
            SizeTPair onDevice = torch_cuda.getAllocator().getMemoryInfo(index);
            long used = stats.allocated_bytes().current();
            long cached = stats.reserved_bytes().current() - used;
            long limit = CudaSettings.limitBytes(config, profile);
            return new MemoryStatus(
                    limit,
                    Math.max(0, Math.min(onDevice.first() + cached, limit - used)),
                    OptionalLong.of(used),
                    OptionalLong.of(Math.max(peak.get(), stats.allocated_bytes().peak())));
        }
    }

    @Override
    public OptionalLong takePeak() {
        byte index = (byte) profile.index();
        try (PointerScope scope = new PointerScope()) {
            long taken = torch_cuda
                    .getAllocator()
                    .getDeviceStats(index)
                    .allocated_bytes()
                    .peak();
            torch_cuda.getAllocator().resetPeakStats(index);
            long most = peak.accumulateAndGet(taken, Math::max);
            assert most >= taken;
            return OptionalLong.of(taken);
        }
    }

    @Override
    public <T> T call(Callable<T> work) {
        EngineFailedException failed = dead;
        if (failed != null) {
            throw new EngineFailedException(String.valueOf(failed.getMessage()), failed);
        }
        return thread.call(() -> {
            try {
                return work.call();
            } catch (Exception e) {
                throw explained(e);
            }
        });
    }

    private Exception explained(Exception e) {
        Throwable meaning = CudaFaults.explain(e, info.device(), memory().free());
        if (meaning instanceof EngineFailedException failed) {
            dead = failed;
        } else if (meaning != e) {
            graphs.forget(); // their memory is nobody else's until then
            torch_cuda.getAllocator().emptyCache(); // scopes are closed: the next try starts from what is really free
        }
        return meaning instanceof Exception exception ? exception : e;
    }

    @Override
    public void tell(Consumer<String> listener) {
        news = listener;
    }

    /** Numbers and attention decide which kernels work asks for, so they are part of its name. */
    @Override
    public void expect(String work) {
        boolean begun = call(() -> {
            kernels.expect(needs.of(work + " attention " + config.attention()));
            return true;
        });
        assert begun;
    }

    @Override
    public void done(String work) {
        boolean kept = call(() -> {
            needs.add(work + " attention " + config.attention(), kernels.asked());
            return true;
        });
        assert kept;
    }

    @Override
    public boolean onThread() {
        return thread.onThread();
    }

    @Override
    public void synchronize() {
        boolean done = call(() -> {
            torch_cuda.getCurrentCUDAStream().synchronize();
            return true;
        });
        assert done;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        try {
            if (dead == null) {
                boolean freed = thread.call(() -> {
                    if (lane != null) {
                        lane.close();
                    }
                    kernels.close();
                    torch_cuda.getAllocator().emptyCache();
                    return true;
                });
                assert freed;
            }
        } finally {
            thread.close();
            settings.close();
        }
    }
}

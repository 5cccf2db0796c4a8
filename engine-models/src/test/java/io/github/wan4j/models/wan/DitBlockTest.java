package io.github.wan4j.models.wan;

import io.github.wan4j.core.Precision;
import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.kernels.Kernels;
import io.github.wan4j.core.kernels.ReferenceKernels;
import io.github.wan4j.core.kernels.Rotation;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import io.github.wan4j.core.weights.Checkpoint;
import io.github.wan4j.core.weights.ResidentStore;
import io.github.wan4j.core.weights.SafetensorsWriter;
import io.github.wan4j.core.weights.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@ExtendWith(NoTensorLeaks.class)
class DitBlockTest {
    private static final WanConfig TINY = new WanConfig(32, 48, 2, 1, 16, 16, 8, 512, 8, 1e-6);
    private static final long KNOWN = 5;

    private final Path file;

    DitBlockTest(@TempDir Path folder) {
        file = folder.resolve("block.safetensors");
        try (Rng rng = new Rng(0);
                Scope scope = Scope.open("weights")) {
            SafetensorsWriter writer = new SafetensorsWriter();
            for (String attention : List.of("self_attn.", "cross_attn.")) {
                for (String part : List.of("q", "k", "v", "o")) {
                    writer.add(attention + part + ".weight", rng.normal(32, 32).mul(0.2));
                    writer.add(attention + part + ".bias", rng.normal(32));
                }
                writer.add(attention + "norm_q.weight", rng.normal(32));
                writer.add(attention + "norm_k.weight", rng.normal(32));
            }
            writer.add("modulation", rng.normal(1, 6, 32));
            writer.add("norm3.weight", rng.normal(32));
            writer.add("norm3.bias", rng.normal(32));
            writer.add("ffn.0.weight", rng.normal(48, 32).mul(0.2));
            writer.add("ffn.0.bias", rng.normal(48));
            writer.add("ffn.2.weight", rng.normal(32, 48).mul(0.2));
            writer.add("ffn.2.bias", rng.normal(32));
            writer.write(file);
        }
    }

    static Stream<Kernels> kernels() {
        return Stream.of(new ReferenceKernels(), new CpuKernels());
    }

    /** Two prompts, two timesteps, a grid of 2×3×2 tokens. */
    @ParameterizedTest
    @MethodSource("kernels")
    void isTheFormula(Kernels kernels) {
        try (Rng rng = new Rng(1);
                Checkpoint checkpoint = Checkpoint.open(file);
                ResidentStore store = new ResidentStore(Device.CPU, kernels);
                Scope scope = Scope.open("test");
                Rope3d rope = new Rope3d(TINY, 2, 6, 4, Device.CPU)) {
            Weights weights = Weights.of(checkpoint, store);
            DitBlock block = new DitBlock(TINY, Precision.FP32, kernels, true, weights);
            PromptProjection prompt = new PromptProjection(TINY, Precision.FP32, kernels, weights.at("cross_attn"));
            weights.requireAllTaken();
            Tensor x = rng.normal(2, 12, 32);
            Tensor e0 = rng.normal(6, 2, 32);
            Tensor text = rng.normal(2, 3, 32);

            TimeRows time = new TimeRows(rng.normal(2, 32), e0, KNOWN);
            Tensor filling = text.narrow(1, 2, 1).expand(2, TINY.textLength() - 3, 32);
            Tensor expected = new Formula(checkpoint, rope.rotation()).block(x, e0, Tensors.cat(1, text, filling));

            for (long most : new long[] {12, 5, 1}) { // all tokens at once, and in parts
                List<Part> parts = Part.of(time, rope.rotation(), 12, 0, most);
                List<Residual> given =
                        parts.stream().map(part -> Residual.of(part.copyOf(x))).toList();
                Tensor[] actual = block.forward(parts, given, prompt.keys(text)).stream()
                        .map(residual -> residual.sum(kernels))
                        .toArray(Tensor[]::new);
                TensorAssert.assertClose(Tensors.cat(1, actual), expected, 1e-6);

                List<Tensor> again = parts.stream().map(part -> part.copyOf(x)).toList();
                Tensor[] halves = block.prompted(parts, block.attended(parts, again), prompt.keys(text)).stream()
                        .map(residual -> residual.sum(kernels))
                        .toArray(Tensor[]::new);
                TensorAssert.assertIdentical(Tensors.cat(1, halves), Tensors.cat(1, actual));
            }
        }
    }

    /** The block as the paper writes it, in f64, token by token where it matters. */
    private record Formula(Checkpoint checkpoint, Rotation rotation) {
        Tensor block(Tensor x32, Tensor e0, Tensor text) {
            Tensor x = x32.to(DType.F64);
            Tensor h = norm(x).mul(at(e0, 1).add(1)).add(at(e0, 0));
            x = x.add(attention("self_attn", h, h, true).mul(at(e0, 2)));
            Tensor n = norm(x).mul(weight("norm3.weight")).add(weight("norm3.bias"));
            x = x.add(attention("cross_attn", n, text.to(DType.F64), false));
            h = norm(x).mul(at(e0, 4).add(1)).add(at(e0, 3));
            return x.add(affine("ffn.2", Functional.gelu(affine("ffn.0", h))).mul(at(e0, 5)));
        }

        /** Vector i of the modulation for each token, [1, L, D]. */
        private Tensor at(Tensor e0, int i) {
            Tensor rows = e0.select(0, i).to(DType.F64).add(weight("modulation").select(1, i));
            Tensor[] tokens = new Tensor[12];
            for (int token = 0; token < tokens.length; token++) {
                tokens[token] = rows.select(0, token < KNOWN ? 0 : 1);
            }
            return Tensors.stack(0, tokens).unsqueeze(0);
        }

        private Tensor attention(String name, Tensor x, Tensor source, boolean rotated) {
            Tensor q = heads(rms(affine(name + ".q", x)).mul(weight(name + ".norm_q.weight")));
            Tensor k = heads(rms(affine(name + ".k", source)).mul(weight(name + ".norm_k.weight")));
            Tensor v = heads(affine(name + ".v", source));
            if (rotated) {
                q = rotate(q);
                k = rotate(k);
            }
            Tensor shares = Functional.softmax(q.matmul(k.transpose(2, 3)).mul(0.25), -1, DType.F64);
            return affine(name + ".o", shares.matmul(v).transpose(1, 2).reshape(2, 12, 32));
        }

        /** x [B, H, L, d]: pair j of every head turned by the token's angle j. */
        private Tensor rotate(Tensor x) {
            Tensor[] parts = new Tensor[16];
            for (int j = 0; j < 8; j++) {
                Tensor re = x.select(-1, 2L * j);
                Tensor im = x.select(-1, 2L * j + 1);
                Tensor cos = rotation.cos().select(1, j);
                Tensor sin = rotation.sin().select(1, j);
                parts[2 * j] = re.mul(cos).sub(im.mul(sin));
                parts[2 * j + 1] = re.mul(sin).add(im.mul(cos));
            }
            return Tensors.stack(-1, parts);
        }

        private static Tensor norm(Tensor x) {
            return Functional.layerNorm(x, 1e-6, null, null);
        }

        private static Tensor rms(Tensor x) {
            return x.mul(x.mul(x).mean(true, -1).add(1e-6).rsqrt());
        }

        private Tensor affine(String name, Tensor x) {
            return x.matmul(weight(name + ".weight").transpose(0, 1)).add(weight(name + ".bias"));
        }

        private static Tensor heads(Tensor x) {
            return x.reshape(2, x.size(1), 2, 16).transpose(1, 2);
        }

        private Tensor weight(String name) {
            return checkpoint.tensor(checkpoint.entry(name)).to(DType.F64);
        }
    }
}

package io.github.wan4j.models.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.kernels.CpuKernels;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Device;
import io.github.wan4j.core.tensor.Rng;
import io.github.wan4j.core.tensor.Scope;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.tensor.Tensors;
import io.github.wan4j.core.testkit.Golden;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TensorAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(NoTensorLeaks.class)
class LatentRgbTest {
    /** Colours that three latent frames teach are those of the whole video, where no one colour would do. */
    @ParameterizedTest
    @CsvSource({"21, t2v_unipc", "21, t2v_dpm", "22, ti2v_text", "22, ti2v_image"})
    void threeFramesTellTheColoursOfTheOthers(int version, String run) {
        try (VaeFixture mini = new VaeFixture(version, new CpuKernels(), DType.F32);
                Golden golden = Golden.open("e2e_" + run);
                Scope scope = Scope.open("test")) {
            Tensor all = golden.tensor("latents");
            Tensor latents = all.select(0, all.size(0) - 1);
            Tensor video = mini.decode(latents, 2);
            Tensor wanted = LatentRgb.shrunk(video, latents);
            Tensor seen = LatentRgb.fit(latents.narrow(1, 0, 3), video.narrow(1, 0, 9))
                    .forward(latents)
                    .clamp(-1, 1);
            Tensor grey = wanted.mean(true, 1, 2, 3).expand(wanted.shape());
            assertThat(psnr(seen, wanted)).isGreaterThan(22).isGreaterThan(2.5 + psnr(grey, wanted));
        }
    }

    private static double psnr(Tensor actual, Tensor expected) {
        return 20
                * Math.log10(2
                        * Math.sqrt((double) expected.count())
                        / actual.sub(expected).norm());
    }

    @Test
    void findsTheMatrixThatThereIs() {
        try (Rng rng = new Rng(1);
                Scope scope = Scope.open("test")) {
            Tensor latents = rng.normal(4, 2, 6, 6);
            Tensor matrix = rng.normal(3, 4).mul(0.3);
            Tensor colours = matrix.matmul(latents.reshape(4, -1)).add(0.25).reshape(3, 2, 6, 6);
            // every pixel of a latent is 4 by 4 pixels of one frame, or of four
            Tensor first = colours.narrow(1, 0, 1);
            Tensor rest = colours.narrow(1, 1, 1).repeatEach(4, 1);
            Tensor video = Tensors.cat(1, first, rest).repeatEach(4, 2).repeatEach(4, 3);
            TensorAssert.assertClose(LatentRgb.shrunk(video, latents), colours, 1e-6);
            TensorAssert.assertClose(LatentRgb.fit(latents, video).forward(latents), colours, 5e-3);
            LatentRgb fitted = LatentRgb.fit(latents, video);
            assertThatThrownBy(() -> fitted.forward(Tensors.zeros(DType.F32, Device.CPU, 5, 1, 2, 2)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("latents are [5, 1, 2, 2], expected [4, T, h, w]");
        }
    }
}

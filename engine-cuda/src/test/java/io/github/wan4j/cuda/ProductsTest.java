package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.ProductBackend;
import io.github.wan4j.core.spi.Choice;
import io.github.wan4j.core.tensor.DType;
import io.github.wan4j.core.tensor.Functional;
import io.github.wan4j.core.tensor.Tensor;
import io.github.wan4j.core.testkit.GpuTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@GpuTest
class ProductsTest {
    @SuppressWarnings("NullAway.Init")
    private static Gpu gpu;

    @BeforeAll
    static void open() {
        gpu = Gpu.open();
    }

    @AfterAll
    static void close() {
        gpu.close();
    }

    @ParameterizedTest
    @CsvSource({"16384, 512, 512", "16400, 512, 1024", "16385, 4096, 4096", "20000, 512, 2048"})
    void otherKernelsOfTheLibraryGiveLibtorchsNumbersBitForBit(long tokens, long in, long out) {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 1, tokens, in);
            Tensor weight = Gpu.random(2, DType.BF16, out, in).mul(0.05);
            Tensor bias = Gpu.random(3, DType.BF16, out);
            Tensor own = kernels.linear(x, weight, bias);
            Tensor plain = Functional.linear(x, weight, bias);
            assertThat(own.shape()).isEqualTo(plain.shape());
            assertThat(difference(own, plain)).isZero();
            assertThat(difference(own, kernels.linear(x, weight, bias))).isZero();
            Tensor gelu = Functional.gelu(plain.to(DType.F32));
            assertThat(relative(kernels.linearGelu(x, weight, bias), gelu)).isLessThan(4e-3);
        });
    }

    @Test
    void whatATransformerNeedsIsNotLeftToLibtorch() {
        gpu.run(kernels -> {
            Tensor x = Gpu.random(1, DType.BF16, 27_392, 3072);
            Tensor weight = Gpu.random(2, DType.BF16, 3072, 3072);
            Tensor bias = Gpu.random(3, DType.BF16, 3072);
            try (Products products = new Products(9)) {
                assertThat(products.linear(x, weight, bias, false)).isNotNull();
                assertThat(products.switchedOff()).isEmpty();
                assertThat(products.linear(x.to(DType.F32), weight, bias, false))
                        .isNull();
                assertThat(products.linear(x, weight, null, false)).isNull();
                assertThat(products.linear(x.narrow(0, 0, 512), weight, bias, false))
                        .isNull();
            }
        });
    }

    @Test
    void theSwitchLeavesAllProductsToLibtorch() {
        assertThat(gpu.session().choices()).anyMatch(choice -> isProducts(choice, "auto"));
        try (Gpu torch =
                Gpu.open(EngineConfig.builder().products(ProductBackend.TORCH).build())) {
            torch.run(kernels -> assertThat(kernels.computesProducts()).isFalse());
            assertThat(torch.session().choices()).anyMatch(choice -> isProducts(choice, "torch"));
        }
    }

    private static boolean isProducts(Choice choice, String value) {
        return choice.name().equals("products") && choice.value().equals(value);
    }

    private static double difference(Tensor a, Tensor b) {
        return a.to(DType.F32).sub(b.to(DType.F32)).maxAbs();
    }

    private static double relative(Tensor own, Tensor plain) {
        Tensor f32 = plain.to(DType.F32);
        return own.to(DType.F32).sub(f32).norm() / f32.norm();
    }
}

package io.github.wan4j.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.wan4j.cuda.cublas.Matmul.Form;
import io.github.wan4j.cuda.cublas.Matmul.Shape;
import org.junit.jupiter.api.Test;

class ProductTableTest {
    private static final Shape SQUARE = new Shape(32_768, 5120, 5120, Form.BF16);

    @Test
    void knowsTheShapesThatWereMeasured() {
        ProductTable table = new ProductTable(9, 130_100);
        assertThat(table.choose(SQUARE)).isNotNull();
        assertThat(table.choose(new Shape(27_392, 6144, 3072, Form.BF16))).isNotNull();
        assertThat(table.choose(new Shape(27_392, 14_336, 3072, Form.BF16_GELU)))
                .isNotNull();
    }

    @Test
    void knowsNothingAboutOtherCardsVersionsAndShapes() {
        assertThat(new ProductTable(8, 130_100).choose(SQUARE)).isNull();
        assertThat(new ProductTable(10, 130_100).choose(SQUARE)).isNull();
        assertThat(new ProductTable(9, 140_000).choose(SQUARE)).isNull();
        ProductTable table = new ProductTable(9, 130_100);
        assertThat(table.choose(new Shape(512, 5120, 5120, Form.BF16))).isNull();
        assertThat(table.choose(new Shape(32_768, 5120, 13_824, Form.BF16))).isNull();
    }
}

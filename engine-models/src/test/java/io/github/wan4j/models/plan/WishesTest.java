package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import io.github.wan4j.video.Tier;
import io.github.wan4j.video.Wish;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WishesTest {
    private static final DeviceProfile DEVICE = DeviceProfile.named("h200");
    private static final PlanRequest REQUEST = Requests.of(ModelKind.T2V_A14B);
    private static final QualityTable TABLE = table("""
            [{"tier": "exact", "stepShare": 1, "psnr": 99},
             {"tier": "quality", "stepShare": 1, "psnr": 48},
             {"tier": "balanced", "stepShare": 1, "psnr": 33},
             {"tier": "balanced", "stepShare": 0.5, "psnr": 27},
             {"tier": "speed", "stepShare": 1, "psnr": 29}]
            """);

    private static QualityTable table(String json) {
        try {
            return QualityTable.read(new ObjectMapper().readTree(json));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Wishes.Granted grant(@Nullable Integer seconds, @Nullable Double quality) {
        return grant(seconds, quality, null);
    }

    private static Wishes.Granted grant(@Nullable Integer seconds, @Nullable Double quality, @Nullable Tier only) {
        Wish wish = new Wish(seconds == null ? null : Duration.ofSeconds(seconds), quality);
        return new Wishes(wish, TABLE).grant(REQUEST, only, DEVICE, null);
    }

    @Test
    void theBestWithinTheTimeIsTaken() {
        assertThat(grant(3600, null).row().tier()).isEqualTo(Tier.EXACT);
        assertThat(grant(600, null).row().tier()).isEqualTo(Tier.BALANCED);
        assertThat(grant(400, null).row().tier()).isEqualTo(Tier.SPEED);
        Wishes.Granted shortest = grant(300, null);
        assertThat(shortest.plan().steps()).hasSize(20);
        assertThat(shortest.reason())
                .startsWith("tier balanced with 20 steps: about ")
                .endsWith(" s, 27.0 dB measured");
    }

    @Test
    void theFastestThatIsGoodEnoughIsTaken() {
        assertThat(grant(null, 30.0).row().tier()).isEqualTo(Tier.BALANCED);
        assertThat(grant(null, 28.0).row().tier()).isEqualTo(Tier.SPEED);
        assertThat(grant(null, 40.0).row().tier()).isEqualTo(Tier.QUALITY);
    }

    @Test
    void aWishThatCannotBeGrantedIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> grant(10, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("within 10 s, the fastest is tier balanced with 20 steps");
        assertThatThrownBy(() -> grant(450, 40.0)).hasMessageContaining("the fastest is tier quality with 40 steps");
        assertThatThrownBy(() -> grant(null, 120.0))
                .hasMessageContaining("min-quality is 120.0 dB, the best measured is tier exact");
    }

    @Test
    void aTierThatIsAskedForLeavesTheStepsToChoose() {
        assertThat(grant(350, null, Tier.BALANCED).plan().steps()).hasSize(20);
        assertThatThrownBy(() -> grant(350, null, Tier.EXACT)).hasMessageContaining("the fastest is tier exact");
    }

    @Test
    void thePlanSaysWhatItWasChosenFor() {
        assertThat(grant(600, 30.0).explained("within 600 s").toString())
                .contains("tier: balanced (within 600 s: tier balanced with 40 steps: about ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"mini-t2v", "mini-ti2v"})
    void theBundledModelsWereMeasuredAndExactIsWithoutLoss(String model) {
        ModelShape shape = new ModelShape(
                model, ModelKind.T2V_A14B, 0.875, false, new TransformerShape(64, 128, 2, 2, 16, 16, 64), VaeShape.V21);
        List<QualityTable.Row> rows = QualityTable.of(shape).rows();
        assertThat(rows).extracting(QualityTable.Row::tier).contains(Tier.values());
        assertThat(rows).contains(new QualityTable.Row(Tier.EXACT, 1, 100));
    }

    @Test
    void aModelThatNobodyMeasuredIsRefused() {
        QualityTable none = QualityTable.of(new ModelShape(
                "a model of one's own",
                ModelKind.TI2V_5B,
                0,
                false,
                new TransformerShape(64, 128, 2, 2, 48, 48, 64),
                VaeShape.V22));
        assertThat(none.rows()).isEmpty();
        assertThatThrownBy(() ->
                        new Wishes(new Wish(Duration.ofSeconds(1), null), none).grant(REQUEST, null, DEVICE, null))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage("no quality was measured for t2v-a14b, give a tier and steps instead");
    }
}

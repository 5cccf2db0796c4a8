package io.github.wan4j.models.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.wan4j.video.CachePolicy;
import io.github.wan4j.video.CachePolicy.Method;
import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.ModelKind;
import java.util.List;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    /** Measured by the reference on a mini model: 20 steps, shift 12, the last 7 of the low-noise expert. */
    private static final String MINI = """
            {"format": 1,
             "model": {"name": "mini", "kind": "t2v-a14b", "dim": 256, "layers": 6, "hash": "12ab"},
             "runs": {"prompts": 1, "steps": 20, "shift": 12, "solver": "unipc", "size": "128x128", "frames": 33},
             "settings": {"threshold": 0.02, "k": 3, "retention": 0, "retentionHigh": 0},
             "experts": {
              "high": {
               "magcache": {
                "cond": [1.0101453, 1.0095174, 1.0019428, 0.9974325, 0.9965564, 0.9956008, 0.9948447, 0.9923719,
                         0.9912195, 0.9877089, 0.9843097, 0.9803638],
                "uncond": [0.9927123, 1.0186371, 1.0016202, 0.9996333, 0.9992536, 0.9965162, 0.9963167, 0.9921458,
                           0.9906165, 0.9863343, 0.9824588, 0.9771675]},
               "teacache": {"noret": [0.5, 0.01], "ret": [0.1]}},
              "low": {
               "magcache": {
                "cond": [0.9685888, 0.9533023, 0.9404246, 0.9135376, 0.8655838, 0.7673091],
                "uncond": [0.9704546, 0.9532983, 0.9408955, 0.9136057, 0.8658479, 0.7683163]},
               "teacache": {"noret": [2, 0], "ret": []}}}}
            """;

    private static Calibration read(String json) {
        try {
            return CalibrationJson.read(new ObjectMapper().readTree(json), "from mini.json");
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /** Time embeddings that move by 0.1 in each step. */
    private static CacheDecision decide(CachePolicy policy) {
        PlanRequest request = Requests.of(ModelKind.T2V_A14B, 20);
        Numbers numbers = new Numbers((i, timestep) -> new float[] {(float) Math.pow(1.1, i)}, read(MINI));
        return Planner.plan(request.with(request.options().withCache(policy)), DeviceProfile.cpu(2), numbers)
                .cache();
    }

    @Test
    void isReadAsItWasWritten() {
        Calibration calibration = read(MINI);
        assertThat(CalibrationJson.read(
                        new ObjectMapper().valueToTree(CalibrationJson.write(calibration)), "from mini.json"))
                .isEqualTo(calibration);
    }

    @Test
    void magCacheGoesByWhatWasMeasured() {
        CacheDecision decision = decide(CachePolicy.magCache());
        assertThat(decision.origin()).isEqualTo("ratios measured on mini, from mini.json");
        assertThat(decision.threshold()).isEqualTo(0.02);
        // 0.0101 alone stays below 0.02, with 0.0198 it does not; no low-noise ratio does
        assertThat(decision.cond()).asString().startsWith("#.#").endsWith("#######");
        assertThat(decide(CachePolicy.of(Method.MAGCACHE_PUBLISHED)).origin())
                .startsWith("ratios published for wan2.2-t2v-a14b");
    }

    @Test
    void theMostStepsInARowGoWithTheNumberOfSteps() {
        for (int steps : new int[] {10, 20, 40, 60}) {
            assertThat(read(MINI)
                            .magRatios(new MagRatios.Defaults(0, 9, 0, 0), steps)
                            .defaults()
                            .k())
                    .isEqualTo(Math.max(1, Math.round(3 * steps / 20.0f)));
        }
    }

    @Test
    void whatIsAskedForReplacesTheSettingsOfTheCalibration() {
        CacheDecision decision = decide(CachePolicy.magCache().withRetention(1).withThreshold(0.5));
        assertThat(decision.cond()).isEqualTo(SkipMask.none(20));
        assertThat(decision.threshold()).isEqualTo(0.5);
    }

    @Test
    void teaCacheGoesByWhatWasFittedForEachExpert() {
        CacheDecision decision = decide(CachePolicy.teaCache());
        // each step moves by 0.1: 0.06 of the high-noise expert, so that four are reused; 0.2 of the other
        assertThat(decision.cond()).hasToString("##....#....#.#.#.#.#");
        assertThat(decision.origin()).isEqualTo("polynomial fitted for mini, from mini.json");
    }

    @Test
    void anExpertThatNothingWasFittedForTakesWhatWasPublishedAndBothAreNamed() {
        assertThat(decide(CachePolicy.teaCache().withRet(true)).origin())
                .isEqualTo("polynomial fitted for mini, from mini.json (high);"
                        + " polynomial published for wan2.1-t2v-14b, uncalibrated (low)");
    }

    @Test
    void aDamagedFileIsRefusedByTheNameOfWhatIsWrong() {
        assertRefused("{}", "format is missing");
        assertRefused(MINI.replace("\"format\": 1", "\"format\": 7"), "format is 7, this version reads 1");
        assertRefused(MINI.replace("\"high\": {", "\"hihg\": {"), "did you mean 'high'?");
        assertRefused(MINI.replace("0.9685888", "\"x\""), "experts.low.magcache.cond has \"x\"");
        assertRefused(MINI.replace("0.9685888", "-1"), "experts.low.magcache.cond has a ratio");
        assertRefused(MINI.replace("0.9685888,", ""), "5 ratios of cond and 6 of uncond");
        assertRefused(MINI.replace("\"uncond\"", "\"other\""), "experts.high.magcache.uncond is missing");
        assertRefused(MINI.replace("t2v-a14b", "ti2v-5b"), "experts are high, low, a model of kind ti2v-5b has single");
        assertRefused(MINI.replace("\"k\": 3", "\"k\": 0"), "magcache-k is 0, take at least 1");
        assertRefused(MINI.replace("0.02", "0.7"), "threshold is 0.7, magcache takes 0.0 to 0.5");
    }

    private static void assertRefused(String json, String part) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining(part);
    }

    @Test
    void aPolynomialIsFoundAgainFromItsPoints() {
        List<Double> coefficients = List.of(-303318.725, 49053.7029, -2655.30556, 58.7365115, -0.315583525);
        double[] x = new double[30];
        double[] y = new double[30];
        for (int i = 0; i < x.length; i++) {
            x[i] = 0.002 * (i + 1);
            y[i] = new TeaCache.Polynomial("", coefficients).at(x[i]);
        }
        List<Double> fitted = PolynomialFit.fit(x, y, 4);
        for (int j = 0; j < 5; j++) {
            assertThat(fitted.get(j) / coefficients.get(j)).isCloseTo(1, within(1e-8));
        }
    }

    @Test
    void aFitIsTheNearestInTheSenseOfLeastSquares() {
        assertThat(PolynomialFit.fit(new double[] {0, 1, 2, 3}, new double[] {1, 1, 3, 3}, 1))
                .satisfies(line -> assertThat(line.get(0)).isCloseTo(0.8, within(1e-12)))
                .satisfies(line -> assertThat(line.get(1)).isCloseTo(0.8, within(1e-12)));
        assertThatThrownBy(() -> PolynomialFit.fit(new double[] {1, 1, 1}, new double[] {1, 2, 3}, 2))
                .hasMessageContaining("too few different x");
        assertThatThrownBy(() -> PolynomialFit.fit(new double[] {1}, new double[] {1}, 1))
                .hasMessageContaining("needs 2 points, not 1");
    }
}

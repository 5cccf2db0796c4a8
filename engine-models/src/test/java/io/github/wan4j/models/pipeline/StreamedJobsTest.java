package io.github.wan4j.models.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.wan4j.core.EngineConfig;
import io.github.wan4j.core.Residency;
import io.github.wan4j.core.TextEncoderPlace;
import io.github.wan4j.core.testkit.NoTensorLeaks;
import io.github.wan4j.core.testkit.TestTransport;
import io.github.wan4j.models.load.ModelFolder;
import io.github.wan4j.models.plan.Arrangement;
import io.github.wan4j.video.Frame;
import io.github.wan4j.video.GenerationCancelledException;
import io.github.wan4j.video.ModelSource;
import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.StepEvent;
import io.github.wan4j.video.VideoHandlers;
import io.github.wan4j.video.VideoRequest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole jobs whose weights come and go, on the CPU, against the same with all of them in place. */
@ExtendWith(NoTensorLeaks.class)
class StreamedJobsTest {
    private static final ProgressListener NOBODY = new ProgressListener() {};

    private final Cancellation cancellation = new Cancellation();

    /** Four steps, two by each expert. */
    private static VideoRequest request(ProgressListener listener) {
        return VideoRequest.builder("a red circle moves right on a black background")
                .size(64, 64)
                .frames(5)
                .steps(4)
                .shift(5)
                .listener(listener)
                .build();
    }

    private interface Work {
        void run(StreamingSession session, Model model) throws Exception;
    }

    private static void with(String name, Supplier<TestTransport> transports, Work work) throws Exception {
        EngineConfig config = EngineConfig.fromEnvironment();
        try (StreamingSession session = new StreamingSession(transports);
                Model model =
                        new Model(ModelFolder.open(ModelSource.of(name), config.cacheDir()), config, session, "test")) {
            work.run(session, model);
        }
    }

    private List<ByteBuffer> video(Model model, Residency residency, TextEncoderPlace place) {
        return video(model, arranged(residency, place), NOBODY);
    }

    /** Branches share their stem, so the first block is asked for twice in a row. */
    private static Arrangement arranged(Residency residency, TextEncoderPlace place) {
        return new Arrangement(residency, place, 2, null, true);
    }

    private List<ByteBuffer> video(Model model, Arrangement arrangement, ProgressListener listener) {
        ResolvedRequest resolved = model.resolve(request(listener));
        ResolvedRequest arranged = new ResolvedRequest(
                resolved.plan().arranged(arrangement, "for a test"),
                resolved.prompt(),
                resolved.negative(),
                resolved.image(),
                resolved.firstFrame(),
                resolved.seed(),
                resolved.noise(),
                resolved.listener(),
                resolved.previewEvery());
        Pipeline pipeline = new Pipeline(model, arranged, cancellation, progress -> {});
        return model.parts()
                .session()
                .call(() -> pipeline.run(VideoHandlers.inMemory()))
                .frames()
                .map(Frame::rgb)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"mini-t2v, true", "mini-t2v, false", "mini-ti2v, true"})
    void everyResidencyGivesTheSameVideo(String name, boolean late) throws Exception {
        with(name, late ? TestTransport::late : TestTransport::early, (session, model) -> {
            Arrangement plain = new Arrangement(Residency.RESIDENT, TextEncoderPlace.GPU, 2, null, false);
            List<ByteBuffer> expected = video(model, plain, NOBODY);
            assertThat(session.opened()).isEmpty();
            assertThat(video(model, Residency.STREAM, TextEncoderPlace.FREE)).isEqualTo(expected);
            assertThat(video(model, Residency.ONE_EXPERT, TextEncoderPlace.CPU)).isEqualTo(expected);
            assertThat(session.opened()).hasSize(3).allMatch(TestTransport::isClosed);
            assertThat(video(model, Residency.RESIDENT, TextEncoderPlace.FREE)).isEqualTo(expected);
        });
    }

    @Test
    void oneExpertIsReadOnceAndTheOtherTakesItsPlaceWithoutAPauseBetween() throws Exception {
        with("mini-t2v", TestTransport::early, (session, model) -> {
            assertThat(video(model, Residency.ONE_EXPERT, TextEncoderPlace.GPU)).hasSize(5);
            List<String> names = session.opened().get(0).sent();
            List<String> blocks =
                    names.stream().filter(name -> name.endsWith("ffn.0.weight")).toList();
            assertThat(blocks).hasSize(12).startsWith("blocks.0.ffn.0.weight", "blocks.1.ffn.0.weight");
            assertThat(blocks.subList(6, 12)).isEqualTo(blocks.subList(0, 6));
            assertThat(names.stream().filter(name -> name.equals("head.head.weight")))
                    .hasSize(2);
        });
    }

    @Test
    void whatOnlyPromptsMeetComesForEachJobWhileTheRestStays() throws Exception {
        with("mini-t2v", TestTransport::late, (session, model) -> {
            List<ByteBuffer> expected = video(model, Residency.RESIDENT, TextEncoderPlace.GPU);
            assertThat(video(model, Residency.RESIDENT, TextEncoderPlace.FREE)).isEqualTo(expected);
            assertThat(session.opened()).hasSize(2); // for the text encoder, and for the experts
            TestTransport experts = session.opened().get(1);
            List<String> first = experts.sent();
            assertThat(first).isNotEmpty().allMatch(name -> name.matches(".*cross_attn\\.(k\\.|v\\.|norm_k).*"));
            assertThat(first)
                    .filteredOn(name -> name.equals("blocks.5.cross_attn.v.weight"))
                    .hasSize(4);
            assertThat(video(model, Residency.RESIDENT, TextEncoderPlace.FREE)).isEqualTo(expected);
            assertThat(experts.sent())
                    .filteredOn(name -> name.equals("blocks.5.cross_attn.v.weight"))
                    .hasSize(4);
            assertThat(video(model, Residency.RESIDENT, TextEncoderPlace.GPU)).isEqualTo(expected);
            assertThat(experts.sent()).isNotEmpty(); // no expert is loaded again just so that these stay
            assertThat(experts.isClosed()).isFalse();
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 30, 60})
    void aFailureOnTheWayFailsTheJobAndNothingElse(int delivery) throws Exception {
        boolean[] failing = {true};
        Supplier<TestTransport> transports = () -> {
            TestTransport transport = TestTransport.late();
            if (failing[0]) {
                transport.failSend(delivery);
            }
            return transport;
        };
        with("mini-t2v", transports, (session, model) -> {
            List<ByteBuffer> expected = video(model, Residency.RESIDENT, TextEncoderPlace.GPU);
            assertThatThrownBy(() -> video(model, Residency.STREAM, TextEncoderPlace.GPU))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("cannot send");
            assertThat(session.opened()).isNotEmpty().allMatch(TestTransport::isClosed);
            failing[0] = false;
            assertThat(video(model, Residency.STREAM, TextEncoderPlace.GPU)).isEqualTo(expected);
        });
    }

    @Test
    void aCancelledJobLeavesNothing() throws Exception {
        ProgressListener cancelling = new ProgressListener() {
            @Override
            public void onStep(StepEvent step) {
                cancellation.request("enough");
            }
        };
        with("mini-t2v", TestTransport::late, (session, model) -> {
            assertThatThrownBy(() -> video(model, arranged(Residency.STREAM, TextEncoderPlace.FREE), cancelling))
                    .isInstanceOf(GenerationCancelledException.class)
                    .hasMessageContaining("enough");
            assertThat(session.opened()).hasSize(2).allMatch(TestTransport::isClosed);
        });
    }

    @Test
    void aLoadThatIsBrokenOffLeavesNothing() throws Exception {
        List<String> details = new ArrayList<>();
        ProgressListener cancelling = new ProgressListener() {
            @Override
            public void onDetail(Stage stage, String text, double fraction) {
                details.add(text);
                if (text.startsWith("low noise expert")) {
                    cancellation.request("enough");
                }
            }
        };
        with("mini-t2v", TestTransport::late, (session, model) -> {
            assertThatThrownBy(() -> video(model, arranged(Residency.RESIDENT, TextEncoderPlace.GPU), cancelling))
                    .isInstanceOf(GenerationCancelledException.class);
            assertThat(details).anyMatch(text -> text.matches("text encoder, \\d\\.\\d of 1\\.1 MB"));
            assertThat(details).anyMatch(text -> text.matches("high noise expert, .* of \\d+\\.\\d MB"));
            assertThat(details).noneMatch(text -> text.startsWith("autoencoder"));
        });
    }
}

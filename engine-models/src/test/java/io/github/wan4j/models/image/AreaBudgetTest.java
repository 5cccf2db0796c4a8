package io.github.wan4j.models.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.wan4j.video.InvalidRequestException;
import io.github.wan4j.video.Size;
import java.util.List;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AreaBudgetTest {
    /** Sizes computed by the reference's two functions. */
    @ParameterizedTest
    @CsvSource({
        "1920, 1080, 1280, 720, 1280x720, 1280x704",
        "1080, 1920, 1280, 704, 704x1264, 704x1248",
        "1024, 1024, 1280, 704, 944x944, 960x928",
        "1000, 1000, 832, 480, 624x624, 640x608",
        "333, 333, 128, 128, 128x128, 128x128",
        "4000, 3000, 1280, 704, 1088x816, 1088x800",
        "1, 1, 128, 128, 128x128, 128x128",
        "3, 2, 128, 128, 144x96, 160x96",
        "2, 3, 128, 128, 96x144, 96x160",
        "200, 150, 128, 128, 144x96, 160x96",
        "97, 131, 128, 128, 96x144, 96x160",
        "640, 481, 832, 480, 720x544, 704x544",
        "12000, 500, 1280, 720, 4688x192, 4672x192",
        "500, 12000, 480, 832, 128x3088, 128x3072",
        "1279, 721, 704, 1280, 1264x704, 1248x704",
        "31, 32, 100, 100, 96x96, 96x96"
    })
    void bothRulesGiveTheReferencesSizes(
            int width, int height, int budgetWidth, int budgetHeight, String imageToVideo, String textImageToVideo) {
        Size image = new Size(width, height);
        Size budget = new Size(budgetWidth, budgetHeight);
        assertThat(AreaBudget.imageToVideo(image, budget)).hasToString(imageToVideo);
        assertThat(AreaBudget.textImageToVideo(image, budget)).hasToString(textImageToVideo);
    }

    @Test
    void anAreaTooSmallForTheAspectNamesOneThatWorks() {
        Size ribbon = new Size(1000, 10);
        assertThatThrownBy(() -> AreaBudget.textImageToVideo(ribbon, new Size(64, 64)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessage(
                        "size 64x64 is too small an area for an image of 1000x10, one side would be under 32 pixels;"
                                + " the nearest square that works is 320x320");
        assertThatThrownBy(() -> AreaBudget.imageToVideo(ribbon, new Size(64, 64)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("under 16 pixels; the nearest square that works is 160x160");
        assertThat(AreaBudget.textImageToVideo(ribbon, new Size(320, 320))).isEqualTo(new Size(3200, 32));
        assertThat(AreaBudget.imageToVideo(ribbon, new Size(160, 160))).isEqualTo(new Size(1600, 16));
    }

    @Test
    void theNamedSquareWorksForEveryAspect() {
        for (int side = 1; side < 3000; side += 7) {
            for (Size image :
                    List.of(new Size(side, 3), new Size(5, side), new Size(side, 1), new Size(7 * side, side))) {
                assertThatCode(() -> AreaBudget.imageToVideo(image, named(AreaBudget::imageToVideo, image)))
                        .doesNotThrowAnyException();
                assertThatCode(() -> AreaBudget.textImageToVideo(image, named(AreaBudget::textImageToVideo, image)))
                        .doesNotThrowAnyException();
            }
        }
    }

    /** The size that the refusal of a single pixel names. */
    private static Size named(BinaryOperator<Size> rule, Size image) {
        String message = catchThrowable(() -> rule.apply(image, new Size(1, 1))).toString();
        return Size.parse(message.substring(message.lastIndexOf(' ') + 1));
    }
}

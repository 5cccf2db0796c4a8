package io.github.wan4j.video;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import org.junit.jupiter.api.Test;

class FrameTest {
    private static final byte[] BYTES = {1, 2, 3, (byte) 255, (byte) 254, (byte) 128};

    @Test
    void becomesAnImageAndComesBack() {
        Frame frame = Frame.of(3, 2, 1, ByteBuffer.wrap(BYTES));
        assertThat(frame.toImage().getRGB(0, 0)).isEqualTo(0xff010203);
        assertThat(frame.toImage().getRGB(1, 0)).isEqualTo(0xfffffe80);
        assertThat(Frame.of(3, frame.toImage()).rgb()).isEqualTo(frame.rgb());
    }

    @Test
    void handsOutItsBytesToReadAgainAndAgain() {
        Frame frame = Frame.of(0, 1, 1, ByteBuffer.wrap(BYTES, 3, 3));
        assertThat(frame.rgb().get()).isEqualTo((byte) 255);
        assertThat(frame.rgb().remaining()).isEqualTo(3);
        assertThatThrownBy(() -> frame.rgb().put((byte) 0)).isInstanceOf(ReadOnlyBufferException.class);
    }

    @Test
    void refusesTooFewBytes() {
        assertThatThrownBy(() -> Frame.of(7, 2, 2, ByteBuffer.wrap(BYTES)))
                .hasMessage("frame 7 of 2x2 needs 12 bytes, there are 6");
    }
}

package io.github.wan4j;

import io.github.wan4j.video.ProgressListener;
import io.github.wan4j.video.Stage;
import io.github.wan4j.video.Video;
import io.github.wan4j.video.VideoRequest;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** The least that is still a video: five small frames in two steps, of which each takes its own expert of two. */
final class SmallJobs {
    static final String PROMPT = "a red circle moves right on a black background";

    private SmallJobs() {}

    static VideoRequest.Builder request() {
        return VideoRequest.builder(PROMPT).size(64, 64).frames(5).steps(2).shift(5);
    }

    static BufferedImage picture() {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(Color.RED);
        graphics.fillOval(10, 20, 24, 24);
        graphics.dispose();
        return image;
    }

    /** Every byte of every frame. */
    static List<ByteBuffer> pixels(Video video) {
        return video.frames().map(frame -> frame.rgb()).toList();
    }

    /** Threads of engines that are not closed. */
    static List<String> engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .map(Thread::getName)
                .filter(name -> name.startsWith("wan4j-"))
                .sorted()
                .toList();
    }

    /** Holds its job up from the first thing it hears until it is let go. */
    static final class Gate implements ProgressListener {
        final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch open = new CountDownLatch(1);

        void open() {
            open.countDown();
        }

        @Override
        public void onStage(Stage stage, int i, int n) {
            reached.countDown();
            await(open);
        }
    }

    static void await(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

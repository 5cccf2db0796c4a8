package io.github.wan4j.core.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.github.wan4j.core.testkit.NoTensorLeaks;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NoTensorLeaks.class)
@Timeout(20)
class EngineThreadTest {
    private static final EngineThread.Root NONE = () -> () -> {};

    @Test
    void runsWorkOnItsOwnThreadInInferenceMode() {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            assertThat(thread.call(() -> Thread.currentThread().getName())).isEqualTo("engine");
            assertThat(thread.call(() -> org.bytedeco.pytorch.InferenceMode.is_enabled()))
                    .isTrue();
            assertThat(org.bytedeco.pytorch.InferenceMode.is_enabled()).isFalse();
            assertThat(thread.onThread()).isFalse();
            assertThat(thread.call(thread::onThread)).isTrue();
        }
    }

    @Test
    void runsInlineWhatItIsGivenByItself() {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            assertThat(thread.call(() -> thread.call(() -> "inner"))).isEqualTo("inner");
            assertThatThrownBy(() -> thread.call(() -> thread.call(() -> {
                        throw new IOException("inner");
                    })))
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("inner");
        }
    }

    @Test
    void hasTheContextOfItsOwnLibraryNotOfItsStarter() {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            assertThat(thread.call(() -> Thread.currentThread().getContextClassLoader()))
                    .isSameAs(EngineThread.class.getClassLoader());
            assertThat(thread.call(() -> Thread.currentThread().isDaemon())).isTrue();
        }
        try (EngineThread thread = EngineThread.start("engine", false, NONE)) {
            assertThat(thread.call(() -> Thread.currentThread().isDaemon())).isFalse();
        }
    }

    @Test
    void givesBackExceptionsAsTheyAreWithTheCallersStackBehind() {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            IOException thrown = new IOException("disk");
            Throwable caught = catchThrowable(() -> thread.call(() -> {
                throw thrown;
            }));
            assertThat(caught).isSameAs(thrown);
            assertThat(caught.getStackTrace())
                    .extracting(StackTraceElement::getMethodName)
                    .contains("givesBackExceptionsAsTheyAreWithTheCallersStackBehind");
            assertThat(caught.getStackTrace())
                    .extracting(StackTraceElement::getClassName)
                    .contains(EngineThread.class.getName());
            assertThat(thread.call(() -> "alive")).isEqualTo("alive");
            assertThatThrownBy(() -> thread.call(() -> {
                        throw new StackOverflowError();
                    }))
                    .isInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void passesAnInterruptOnToTheWorkAndGivesItBackToTheCaller() throws InterruptedException {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            CountDownLatch working = new CountDownLatch(1);
            AtomicReference<Object> result = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                String answer = thread.call(() -> {
                    working.countDown();
                    try {
                        Thread.sleep(60_000);
                        return "slept";
                    } catch (InterruptedException e) {
                        return "interrupted";
                    }
                });
                result.set(answer + " " + Thread.currentThread().isInterrupted());
            });
            caller.start();
            working.await();
            caller.interrupt();
            caller.join();
            assertThat(result.get()).isEqualTo("interrupted true");
            assertThat(thread.call(() -> Thread.currentThread().isInterrupted()))
                    .isFalse();
        }
    }

    @Test
    void dropsWorkWhoseCallerWasInterruptedBeforeItBegan() throws InterruptedException {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            CountDownLatch busy = new CountDownLatch(1);
            CountDownLatch release = new CountDownLatch(1);
            Thread first = new Thread(() -> thread.call(() -> {
                busy.countDown();
                return release.await(10, TimeUnit.SECONDS);
            }));
            first.start();
            busy.await();
            List<String> ran = new ArrayList<>();
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread second = new Thread(() -> thrown.set(catchThrowable(() -> thread.call(() -> ran.add("second")))));
            second.start();
            second.interrupt();
            second.join();
            release.countDown();
            first.join();
            thread.call(() -> ran.add("third"));
            assertThat(thrown.get())
                    .isInstanceOf(CancellationException.class)
                    .hasMessage("interrupted before the work began on engine");
            assertThat(ran).containsExactly("third");
        }
    }

    @Test
    void finishesTheWorkInHandAndThenEnds() throws InterruptedException {
        EngineThread thread = EngineThread.start("engine-closing", true, NONE);
        CountDownLatch working = new CountDownLatch(1);
        AtomicReference<String> result = new AtomicReference<>();
        Thread caller = new Thread(() -> result.set(thread.call(() -> {
            working.countDown();
            Thread.sleep(50);
            return "done";
        })));
        caller.start();
        working.await();
        thread.close();
        thread.close();
        caller.join();
        assertThat(result.get()).isEqualTo("done");
        assertThat(named("engine-closing")).isEmpty();
        assertThatThrownBy(() -> thread.call(() -> "late"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("engine-closing is closed");
    }

    @Test
    void cannotWaitForItsOwnEnd() {
        try (EngineThread thread = EngineThread.start("engine", true, NONE)) {
            assertThatThrownBy(() -> thread.call(() -> {
                        thread.close();
                        return "closed";
                    }))
                    .hasMessage("engine cannot wait for its own end");
        }
    }

    @Test
    void entersAndLeavesItsRootOnItsThread() {
        List<String> events = new ArrayList<>();
        EngineThread.Root root = () -> {
            events.add("enter " + Thread.currentThread().getName());
            return () -> events.add("leave " + Thread.currentThread().getName());
        };
        try (EngineThread thread = EngineThread.start("engine", true, root)) {
            assertThat(thread.call(() -> events.add("work"))).isTrue();
        }
        assertThat(events).containsExactly("enter engine", "work", "leave engine");
    }

    @Test
    void leavesNoThreadBehindWhenItsRootFails() throws InterruptedException {
        assertThatThrownBy(() -> EngineThread.start("engine-failing", true, () -> {
                    throw new IllegalStateException("no stream");
                }))
                .hasMessage("no stream");
        for (Thread thread : named("engine-failing")) {
            thread.join();
        }
        assertThat(named("engine-failing")).isEmpty();
    }

    @Test
    void reportsARootThatCannotBeLeft() {
        EngineThread thread = EngineThread.start("engine", true, () -> () -> {
            throw new IllegalStateException("stream still busy");
        });
        assertThatThrownBy(thread::close).hasMessage("stream still busy");
    }

    @Test
    void keepsTheInterruptOfAThreadThatWaitsForItsEnd() {
        EngineThread thread = EngineThread.start("engine", true, NONE);
        Thread.currentThread().interrupt();
        thread.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(torch.get_num_threads()).isPositive();
    }

    private static List<Thread> named(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .toList();
    }
}

package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.metrics.Meters;
import dev.scriptorium.metrics.Metric;
import io.micrometer.core.instrument.Timer;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the step loop itself leaves to the garbage collector: the text it writes, and nothing else, its times told and
 * measured.
 */
class StepGarbageTest {
    private static final int SEQUENCES = 16;
    private static final int STEPS = 20;

    /** Texts grow now and then, so steady are the windows in which none did. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4})
    void aStepMakesNoGarbage(int guesses) {
        // Given
        Worker worker = worker(guesses);
        for (int i = 0; i < SEQUENCES; i++) {
            Sampling greedy = new Sampling(3000, null, 0.0, null, null, null, 1.1, null, null, null, null);
            worker.offer(
                    new Assignment(
                            Desk.prompt("p" + i, new Input.Text("ABC" + (char) ('A' + i)), greedy, null),
                            "bulk",
                            1,
                            Desk.START),
                    outcome -> {});
            worker.prepareNext();
        }
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long[] bytes = new long[20];

        // When
        for (int window = 0; window < bytes.length; window++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int step = 0; step < STEPS; step++) {
                worker.step();
            }
            bytes[window] = threads.getCurrentThreadAllocatedBytes() - before;
        }

        // Then
        assertThat(worker.counts().generatedTokens()).isGreaterThanOrEqualTo(20 * STEPS * SEQUENCES);
        assertThat(Arrays.stream(bytes, 1, bytes.length).min())
                .as("bytes of windows: %s", Arrays.toString(bytes))
                .hasValue(0);
    }

    private static Worker worker(int guesses) {
        ServedModel served = new ServedModel(
                new StillModel(SEQUENCES * (1 + guesses), FakeTokenizer.id('A')),
                new FakeTokenizer(),
                null,
                Sampling.UNSAID,
                Set.of(FakeTokenizer.END),
                Desk.PROVENANCE);
        WorkerLimits limits = new WorkerLimits(
                SEQUENCES, 128, 1_000_000, new Shortcuts(true, true, guesses, SEQUENCES * (1 + guesses)));
        Timer gaps = new Meters().timer(Metric.INTER_TOKEN_LATENCY_SECONDS, "still");
        Worker.TokenObserver observer = millis -> gaps.record(millis, TimeUnit.MILLISECONDS);
        return new Worker(served, limits, "w1", () -> Desk.START, observer, cause -> {
            throw new AssertionError(cause);
        });
    }
}

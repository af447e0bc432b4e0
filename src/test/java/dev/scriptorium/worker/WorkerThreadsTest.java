package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WorkerThreadsTest {
    private final FakeModel model = new FakeModel(Desk.CONTEXT, 16 * Desk.CONTEXT);
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

    @Test
    void wakesUpForEachPromptHoweverLongItRested() throws InterruptedException {
        // Given
        try (Worker worker = worker(cause -> {})) {
            worker.start();
            int ended = 0;

            // When
            for (int i = 0; i < 200; i++) {
                worker.offer(assignment("p" + i), outcomes::add);
                ended += outcomes.poll(10, TimeUnit.SECONDS) == null ? 0 : 1;
            }

            // Then
            assertThat(ended).isEqualTo(200);
        }
    }

    @Test
    void takesNothingMoreOnceItIsClosedAndGivesItsCacheBack() throws InterruptedException {
        // Given
        CountDownLatch inForward = new CountDownLatch(1);
        model.duringForward = inForward::countDown;
        Worker worker = worker(cause -> {});
        worker.start();
        for (int i = 0; i < 16; i++) {
            worker.offer(assignment("p" + i), outcomes::add);
        }
        inForward.await();

        // When
        worker.close();

        // Then
        assertThat(worker.offer(assignment("late"), outcomes::add)).isFalse();
        assertThat(worker.tokensFree()).isZero();
        assertThat(model.openSequences()).isZero();
    }

    /** An error of the machine is nobody's prompt's fault: the process ends and the work goes elsewhere. */
    @Test
    void tellsWhatKilledItAndTakesNothingMore() throws InterruptedException {
        // Given
        model.duringForward = () -> {
            throw new OutOfMemoryError("no heap left");
        };
        BlockingQueue<Throwable> causes = new LinkedBlockingQueue<>();
        try (Worker worker = worker(causes::add)) {
            worker.start();

            // When
            worker.offer(assignment("p"), outcomes::add);

            // Then
            assertThat(causes.poll(10, TimeUnit.SECONDS)).isInstanceOf(OutOfMemoryError.class);
            assertThat(worker.offer(assignment("q"), outcomes::add)).isFalse();
            assertThat(outcomes).isEmpty();
        }
    }

    @Test
    void pulseStopsWithTheLoopAndNotBefore() throws InterruptedException {
        // Given
        model.duringForward = () -> {
            throw new OutOfMemoryError("no heap left");
        };
        CountDownLatch dead = new CountDownLatch(1);
        try (Worker worker = worker(cause -> dead.countDown())) {
            worker.start();
            boolean before = worker.pulse().alive();

            // When
            worker.offer(assignment("p"), outcomes::add);
            dead.await();

            // Then
            assertThat(before).isTrue();
            await(() -> !worker.pulse().alive());
        }
    }

    @Test
    void pulseTellsHowLongAStepTakesAndThatItRestsAfterwards() throws InterruptedException {
        // Given
        CountDownLatch inForward = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        model.duringForward = () -> {
            inForward.countDown();
            await(() -> goOn.getCount() == 0);
        };
        try (Worker worker = worker(cause -> {})) {
            worker.start();
            worker.offer(assignment("p"), outcomes::add);
            inForward.await();
            Worker.Pulse during = worker.pulse();

            // When
            goOn.countDown();
            outcomes.poll(10, TimeUnit.SECONDS);

            // Then
            assertThat(during.alive()).isTrue();
            assertThat(during.roundSoFar()).isPositive();
            await(() -> worker.pulse().roundSoFar().isZero());
        }
    }

    /** For what another thread does next. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private Worker worker(Consumer<Throwable> onFailure) {
        ServedModel served = new ServedModel(
                model, new FakeTokenizer(), null, Sampling.UNSAID, Set.of(FakeTokenizer.END), Desk.PROVENANCE);
        return new Worker(served, Desk.limits(16, 64), "w1", InstantSource.system(), onFailure);
    }

    private static Assignment assignment(String id) {
        Prompt prompt = Desk.prompt(id, "ABC");
        return new Assignment(prompt, "bulk", 1, Desk.START);
    }
}

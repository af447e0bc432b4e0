package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.util.Iterator;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** As long as there is something to admit, every pass over the weights serves as many as it can. */
class FullBatchTest {
    private static final int PROMPTS = 300;
    private static final String LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ".repeat(3);

    static LongStream seeds() {
        return Seeds.of(10);
    }

    /**
     * Prompts of 1 to 60 tokens with outputs of up to 35, in a cache of three quarters of what the batch could come to.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void ninetyFiveStepsInAHundredAreFullOnAJobOfMixedLengths(long seed) {
        // Given
        Random random = new Random(seed);
        Iterator<Prompt> job = IntStream.range(0, PROMPTS)
                .mapToObj(each -> Desk.prompt(
                        "p" + each,
                        new Input.Text(LETTERS.substring(random.nextInt(10), 11 + random.nextInt(50))),
                        Desk.saying(1 + random.nextInt(35), null, null),
                        null))
                .iterator();
        Desk desk = new Desk(
                new FakeModel(Desk.CONTEXT, 12 * Desk.CONTEXT),
                new WorkerLimits(16, 40, 24 * Desk.CONTEXT, Shortcuts.NONE),
                Desk.CHAT,
                Sampling.UNSAID);
        Prompt next = job.next();

        // When
        WorkerCounts busy = desk.worker.counts();
        while (next != null || busy.waiting() > 0) {
            while (next != null && desk.offer(next)) {
                next = job.hasNext() ? job.next() : null;
            }
            desk.turn();
            busy = desk.worker.counts();
        }

        // Then
        assertThat((double) busy.fullSteps() / busy.steps())
                .as("full %d of %d", busy.fullSteps(), busy.steps())
                .isGreaterThanOrEqualTo(0.95);
        desk.finishAll();
        assertThat(desk.outcomes).hasSize(PROMPTS);
    }
}

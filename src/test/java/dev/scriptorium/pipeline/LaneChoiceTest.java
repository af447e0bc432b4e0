package dev.scriptorium.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class LaneChoiceTest {
    private static final String TEMPLATE = "Write a short story for children about the following thing, please: ";

    static LongStream seeds() {
        return Seeds.of(20);
    }

    private static Prompt prompt(Input input) {
        return new Prompt(
                new RequestId("job", "1"),
                Dialect.PLAIN,
                "default",
                null,
                input,
                Sampling.UNSAID,
                Priority.BULK,
                null,
                Map.of(),
                null);
    }

    private static int choose(String text, long[] backlog, long spillAfter) {
        return LaneChoice.partition(
                prompt(new Input.Text(text)),
                backlog.length,
                spillAfter,
                Arrays.stream(backlog).sum(),
                each -> backlog[each]);
    }

    @Test
    void promptsThatBeginAlikeMeetAndOthersAreSpread() {
        // Given
        long[] empty = new long[32];
        Set<Integer> others = new HashSet<>();

        // When
        for (int i = 0; i < 200; i++) {
            others.add(choose("Template number " + i + " asks for something else entirely", empty, 16));
        }

        // Then
        assertThat(choose(TEMPLATE + "a cat", empty, 16)).isEqualTo(choose(TEMPLATE + "the moon", empty, 16));
        assertThat(others).hasSizeGreaterThan(24);
    }

    @Test
    void chatsMeetByTheirFirstMessage() {
        // Given
        Input first = new Input.Chat(List.of(new Message("system", "Be brief."), new Message("user", "Who was Ada?")));
        Input second =
                new Input.Chat(List.of(new Message("system", "Be brief."), new Message("user", "What is rain?")));

        // When
        int partition = LaneChoice.partition(prompt(first), 32, 16, 0, each -> 0);

        // Then
        assertThat(LaneChoice.partition(prompt(second), 32, 16, 0, each -> 0)).isEqualTo(partition);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 6, 7, 32, 1000})
    void oneTemplateFillsEveryPartitionEvenlyInTheEnd(int partitions) {
        // Given
        long[] backlog = new long[partitions];

        // When
        for (int i = 0; i < 100 * partitions; i++) {
            backlog[choose(TEMPLATE + i, backlog, 16)]++;
        }

        // Then
        assertThat(Arrays.stream(backlog).max().orElseThrow()).isLessThanOrEqualTo(126);
        assertThat(Arrays.stream(backlog).min().orElseThrow()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nobodyIsMuchFullerThanTheOthersWhateverComesAndGoes(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        long[] backlog = new long[1 + random.nextInt(40)];
        int spillAfter = 1 + random.nextInt(20);

        // When
        for (int i = 0; i < 5_000; i++) {
            int partition = choose("template " + random.nextInt(5), backlog, spillAfter);
            backlog[partition]++;
            long average = Arrays.stream(backlog).sum() / backlog.length;

            // Then
            assertThat(backlog[partition]).isLessThanOrEqualTo(Math.max(spillAfter, average * 5 / 4 + 2));
            int answered = random.nextInt(backlog.length);
            backlog[answered] = Math.max(0, backlog[answered] - random.nextInt(2));
        }
    }
}

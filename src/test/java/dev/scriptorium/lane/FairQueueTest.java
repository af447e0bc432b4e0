package dev.scriptorium.lane;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FairQueueTest {
    private static final TopicPartition ONE = new TopicPartition("lane", 0);
    private static final TopicPartition OTHER = new TopicPartition("lane", 1);

    private final FairQueue queue = new FairQueue();

    static LongStream seeds() {
        return Seeds.of(20);
    }

    private static Parcel parcel(TopicPartition partition, String tenant, String job, String id) {
        Prompt prompt = new Prompt(
                new RequestId(job, id),
                Dialect.PLAIN,
                tenant,
                "fake",
                new Input.Text("x"),
                Sampling.UNSAID,
                Priority.BULK,
                null,
                Map.of(),
                null);
        return new Parcel(
                partition, 0, OffsetLedger.startingAt(0), new Assignment(prompt, "bulk", 1, Instant.EPOCH), 10);
    }

    private String takeNext(long tokens) {
        Parcel next = requireNonNull(queue.peek());
        queue.take(next, tokens);
        return next.assignment().prompt().request().id();
    }

    @Test
    void lonePromptOfAnotherJobIsNextButOneHoweverManyWaitBeforeIt() {
        // Given
        for (int i = 0; i < 10_000; i++) {
            queue.addLast(parcel(ONE, "press", "big", "big-" + i));
        }
        takeNext(100);

        // When
        queue.addLast(parcel(ONE, "press", "small", "lone"));

        // Then
        assertThat(List.of(takeNext(100), takeNext(100))).contains("lone");
    }

    @Test
    void lonePromptOfAnotherTenantIsNextButOneHoweverManyJobsWaitBeforeIt() {
        // Given
        for (int i = 0; i < 1_000; i++) {
            queue.addLast(parcel(ONE, "press", "job-" + i, "big-" + i));
        }
        takeNext(100);

        // When
        queue.addLast(parcel(ONE, "other", "job", "lone"));

        // Then
        assertThat(List.of(takeNext(100), takeNext(100))).contains("lone");
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void tenantsGetTheSameNumberOfTokensWhileAllAreBusyAndAJobsPromptsKeepTheirOrder(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Long> had = new HashMap<>();
        Map<String, Integer> last = new HashMap<>();
        int tokensMax = 500;
        int[] jobs = {1, 7, 3};
        int number = 0;

        // When
        for (int i = 0; i < 3_000; i++) {
            for (int tenant = 0; tenant < jobs.length; tenant++) {
                String job = "j" + random.nextInt(jobs[tenant]);
                queue.addLast(parcel(ONE, "t" + tenant, job, Integer.toString(number++)));
            }
            Parcel next = requireNonNull(queue.peek());
            long tokens = random.nextInt(1, tokensMax);
            queue.take(next, tokens);
            Prompt prompt = next.assignment().prompt();
            had.merge(prompt.tenant(), tokens, Long::sum);
            String name = prompt.tenant() + prompt.request().job();
            int order = Integer.parseInt(prompt.request().id());
            Integer before = last.put(name, order);
            assertThat(before == null || before < order).isTrue();
        }

        // Then
        long most = had.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        long least = had.values().stream().mapToLong(Long::longValue).min().orElseThrow();
        assertThat(had).hasSize(3);
        assertThat(most - least).isLessThan(2L * tokensMax);
    }

    @Test
    void tenantThatStoppedForAMomentStillOwesWhatItHad() {
        // Given
        queue.addLast(parcel(ONE, "greedy", "j", "g1"));
        takeNext(1_000);
        queue.addLast(parcel(ONE, "modest", "j", "m1"));
        takeNext(10);

        // When
        queue.addLast(parcel(ONE, "greedy", "j", "g2"));
        queue.addLast(parcel(ONE, "modest", "j", "m2"));

        // Then
        assertThat(takeNext(10)).isEqualTo("m2");
    }

    @Test
    void putsBackWhereItWasAndDropsWhatIsNotOursAnyMore() {
        // Given
        queue.addLast(parcel(ONE, "a", "j", "1"));
        queue.addLast(parcel(OTHER, "a", "j", "2"));
        queue.addLast(parcel(ONE, "a", "j", "3"));
        Parcel first = requireNonNull(queue.peek());
        queue.take(first, 5);

        // When
        queue.addFirst(first);
        queue.drop(List.of(OTHER));

        // Then
        List<String> left = new ArrayList<>();
        while (!queue.isEmpty()) {
            left.add(takeNext(1));
        }
        assertThat(left).containsExactly("1", "3");
        assertThat(queue.bytes()).isZero();
        assertThat(queue.size()).isZero();
    }
}

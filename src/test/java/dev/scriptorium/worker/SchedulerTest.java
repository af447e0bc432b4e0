package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulerTest {
    static LongStream seeds() {
        return Seeds.of(200);
    }

    @Test
    void putsDecodesBeforePrefillChunks() {
        // Given
        Scheduler<String> scheduler = new Scheduler<>(4, 10);
        admit(scheduler, "long", 100);
        admit(scheduler, "short", 3);
        scheduler.apply(Map.of("short", 3));
        scheduler.grow("short");

        // When
        SequencedMap<String, Integer> plan = scheduler.plan();

        // Then
        assertThat(plan).containsExactly(Map.entry("short", 1), Map.entry("long", 9));
    }

    @Test
    void cutsALongPromptInChunksAndAsksForLogitsAfterTheLast() {
        // Given
        Scheduler<String> scheduler = new Scheduler<>(4, 10);
        admit(scheduler, "long", 25);
        List<Integer> chunks = new ArrayList<>();
        List<Boolean> caughtUp = new ArrayList<>();

        // When
        for (SequencedMap<String, Integer> plan = scheduler.plan(); !plan.isEmpty(); plan = scheduler.plan()) {
            int tokens = plan.firstEntry().getValue();
            chunks.add(tokens);
            caughtUp.add(scheduler.catchesUp("long", tokens));
            scheduler.apply(plan);
        }

        // Then
        assertThat(chunks).containsExactly(10, 10, 5);
        assertThat(caughtUp).containsExactly(false, false, true);
    }

    @Test
    void doesNotLetSmallOnesPassALargeOneThatWaitsForRoom() {
        // Given
        Scheduler<String> scheduler = new Scheduler<>(4, 10);
        scheduler.add("large", 5, 100);
        scheduler.add("small", 5, 10);

        // When
        String admitted = scheduler.admit(50);

        // Then
        assertThat(admitted).isNull();
        assertThat(scheduler.waiting()).containsExactly("large", "small");
    }

    @Test
    void givesTheStepToASequenceThatMustRunAlone() {
        // Given
        Scheduler<String> scheduler = new Scheduler<>(4, 10);
        admit(scheduler, "a", 3);
        admit(scheduler, "b", 12);
        scheduler.apply(scheduler.plan());
        List<SequencedMap<String, Integer>> plans = new ArrayList<>();

        // When
        scheduler.restartAlone(List.of("a", "b"));
        for (int i = 0; i < 3; i++) {
            plans.add(scheduler.plan());
            scheduler.apply(scheduler.plan());
        }

        // Then
        assertThat(plans).containsExactly(sole("a", 3), sole("b", 10), sole("b", 2));
    }

    /** Sequences of random length come and end at random; the rules hold in every step. */
    @ParameterizedTest
    @MethodSource("seeds")
    void staysInBudgetStarvesNobodyAndEndsEverySequence(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int sequencesMax = random.nextInt(1, 20);
        int stepTokensMax = sequencesMax + random.nextInt(40);
        int cacheTokens = 400;
        Scheduler<Integer> scheduler = new Scheduler<>(sequencesMax, stepTokensMax);
        List<Integer> admitted = new ArrayList<>();
        int count = 60;
        int[] outputLeft = new int[count];
        int[] reserved = new int[count];
        int added = 0;
        int ended = 0;
        for (int step = 0; ended < count; step++) {
            assertThat(step).as("steps").isLessThan(20_000);
            while (added < count && random.nextInt(3) == 0) {
                int promptTokens = random.nextInt(1, 120);
                int output = random.nextInt(1, 30);
                scheduler.add(added, promptTokens, promptTokens + output);
                outputLeft[added] = output;
                reserved[added] = promptTokens + output;
                added++;
            }
            int used = scheduler.running().stream()
                    .mapToInt(each -> reserved[each])
                    .sum();
            for (Integer next = scheduler.admit(cacheTokens - used);
                    next != null;
                    next = scheduler.admit(cacheTokens - used)) {
                used += reserved[next];
                admitted.add(next);
            }
            SequencedMap<Integer, Integer> plan = scheduler.plan();
            assertThat(used).isLessThanOrEqualTo(cacheTokens);
            assertThat(plan.size()).isLessThanOrEqualTo(sequencesMax);
            assertThat(plan.values().stream().mapToInt(each -> each).sum()).isLessThanOrEqualTo(stepTokensMax);
            assertThat(plan.values()).allMatch(tokens -> tokens > 0);
            // Whoever runs longest gets something in every step but those that another needs for itself.
            assertThat(scheduler.running().stream().limit(1))
                    .allMatch(oldest -> plan.containsKey(oldest) || plan.size() == 1);
            List<Integer> caughtUp = plan.entrySet().stream()
                    .filter(each -> scheduler.catchesUp(each.getKey(), each.getValue()))
                    .map(Map.Entry::getKey)
                    .toList();
            if (random.nextInt(50) == 0) {
                // The pass failed: nothing is applied, and everybody of it starts anew, alone.
                scheduler.restartAlone(plan.keySet());
                continue;
            }
            scheduler.apply(plan);
            for (int sequence : caughtUp) {
                if (--outputLeft[sequence] == 0) {
                    scheduler.remove(sequence);
                    ended++;
                } else {
                    scheduler.grow(sequence);
                }
            }
        }
        assertThat(admitted).isSorted().hasSize(count);
        assertThat(scheduler.running()).isEmpty();
    }

    private static SequencedMap<String, Integer> sole(String sequence, int tokens) {
        return new LinkedHashMap<>(Map.of(sequence, tokens));
    }

    private static void admit(Scheduler<String> scheduler, String sequence, int promptTokens) {
        scheduler.add(sequence, promptTokens, promptTokens);
        assertThat(scheduler.admit(1000)).isEqualTo(sequence);
    }
}

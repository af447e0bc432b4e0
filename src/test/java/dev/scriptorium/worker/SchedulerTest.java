package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.worker.schedule.Plan;
import dev.scriptorium.worker.schedule.Scheduler;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SchedulerTest {
    static LongStream seeds() {
        return Seeds.of(300);
    }

    @Test
    void givesEveryDecodeItsTokenAndWhatIsLeftToPrefill() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 10, 0);
        add(scheduler, room, "short", 3);
        scheduler.admit();
        step(scheduler, room);
        room.grow(scheduler, "short", 1);
        add(scheduler, room, "long", 100);
        scheduler.admit();

        // When
        Map<String, Integer> plan = planned(scheduler.plan());

        // Then
        assertThat(plan).isEqualTo(Map.of("short", 1, "long", 9));
    }

    @Test
    void cutsALongPromptInChunksAndAsksForLogitsAfterTheLast() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 10, 0);
        add(scheduler, room, "long", 25);
        scheduler.admit();
        List<Integer> chunks = new ArrayList<>();
        List<Boolean> caughtUp = new ArrayList<>();

        // When
        for (Plan<String> plan = scheduler.plan(); plan.size() > 0; plan = scheduler.plan()) {
            chunks.add(plan.count(0));
            caughtUp.add(plan.catchesUp(0));
            room.pass(plan);
            scheduler.apply(plan);
        }

        // Then
        assertThat(chunks).containsExactly(10, 10, 5);
        assertThat(caughtUp).containsExactly(false, false, true);
    }

    @Test
    void doesNotLetSmallOnesPassALargeOneThatWaitsForRoom() {
        // Given
        FakeRoom room = new FakeRoom(16, 10);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 100, 0);
        add(scheduler, room, "first", 50);
        add(scheduler, room, "large", 100);
        add(scheduler, room, "small", 5);

        // When
        int admitted = scheduler.admit();

        // Then
        assertThat(admitted).isEqualTo(1);
        assertThat(List.of(scheduler.waiting(0), scheduler.waiting(1))).containsExactly("large", "small");
    }

    @Test
    void anUrgentSequenceGoesBeforeThoseThatAreNotButOnlySoManyOfThem() {
        // Given
        FakeRoom room = new FakeRoom(16, 10);
        Scheduler<String> scheduler = new Scheduler<>(room, 1, 100, 0);
        int passes = Scheduler.URGENT_PASSES_MAX;
        add(scheduler, room, "bulk", 1);
        for (int i = 1; i <= passes + 5; i++) {
            addUrgent(scheduler, room, "urgent" + i, 1);
        }

        // When
        List<String> order = IntStream.range(0, scheduler.waiting())
                .mapToObj(scheduler::waiting)
                .toList();

        // Then
        assertThat(order.indexOf("bulk")).isEqualTo(passes - 1);
    }

    @Test
    void anUrgentSequenceDoesNotWaitForAPlace() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 2, 100, 0);
        add(scheduler, room, "oldest", 20);
        add(scheduler, room, "youngest", 20);
        add(scheduler, room, "waiting", 20);
        scheduler.admit();
        step(scheduler, room);

        // When
        addUrgent(scheduler, room, "urgent", 1);
        scheduler.admit();

        // Then
        assertThat(List.of(scheduler.running(0), scheduler.running(1))).containsExactly("urgent", "oldest");
        assertThat(List.of(scheduler.waiting(0), scheduler.waiting(1))).containsExactly("youngest", "waiting");
    }

    @Test
    void anUrgentSequenceDoesNotWaitForRoom() {
        // Given
        FakeRoom room = new FakeRoom(16, 10);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 200, 0);
        add(scheduler, room, "oldest", 60);
        add(scheduler, room, "youngest", 60);
        scheduler.admit();
        step(scheduler, room);

        // When
        addUrgent(scheduler, room, "urgent", 40);
        scheduler.admit();

        // Then
        assertThat(List.of(scheduler.running(0), scheduler.running(1))).containsExactly("urgent", "oldest");
        assertThat(scheduler.waiting(0)).isEqualTo("youngest");
    }

    @Test
    void urgentSequencesDoNotTakePlacesFromEachOther() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 1, 100, 0);
        addUrgent(scheduler, room, "first", 1);
        scheduler.admit();

        // When
        addUrgent(scheduler, room, "second", 1);
        scheduler.admit();

        // Then
        assertThat(scheduler.running(0)).isEqualTo("first");
        assertThat(scheduler.preemptions()).isZero();
    }

    @Test
    void givesTheStepToASequenceThatMustRunAlone() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 10, 0);
        add(scheduler, room, "a", 3);
        add(scheduler, room, "b", 12);
        scheduler.admit();
        step(scheduler, room);
        List<Map<String, Integer>> plans = new ArrayList<>();

        // When
        scheduler.restartAlone("a");
        scheduler.restartAlone("b");
        for (int i = 0; i < 3; i++) {
            plans.add(step(scheduler, room));
        }

        // Then
        assertThat(plans).containsExactly(Map.of("a", 3), Map.of("b", 10), Map.of("b", 2));
    }

    @Test
    void preemptsTheYoungestWhenBlocksRunOutAndLetsItGoOnInItsOldPlace() {
        // Given
        FakeRoom room = new FakeRoom(4, 6);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 100, 0);
        add(scheduler, room, "oldest", 4);
        add(scheduler, room, "middle", 4);
        scheduler.admit();
        step(scheduler, room);
        room.grow(scheduler, "oldest", 9);
        room.grow(scheduler, "middle", 9);
        add(scheduler, room, "waiting", 4);

        // When
        Map<String, Integer> plan = step(scheduler, room);
        room.grow(scheduler, "oldest", 4);
        Map<String, Integer> tight = step(scheduler, room);

        // Then
        assertThat(plan).isEqualTo(Map.of("oldest", 9, "middle", 4));
        assertThat(tight).isEqualTo(Map.of("oldest", 3));
        assertThat(scheduler.preemptions()).isEqualTo(1);
        assertThat(List.of(scheduler.waiting(0), scheduler.waiting(1))).containsExactly("middle", "waiting");
    }

    @Test
    void computesACommonBeginningOnce() {
        // Given
        FakeRoom room = new FakeRoom(16, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 4, 100, 0);
        int[] template = IntStream.range(0, 70).toArray();
        for (String name : List.of("a", "b", "c")) {
            int[] tokens = IntStream.concat(IntStream.of(template), IntStream.of(name.hashCode()))
                    .toArray();
            room.tokens.put(name, tokens);
            scheduler.add(name, tokens.length, false);
        }
        scheduler.admit();

        // When
        Map<String, Integer> first = step(scheduler, room);
        Map<String, Integer> second = step(scheduler, room);

        // Then
        assertThat(first).isEqualTo(Map.of("a", 71));
        assertThat(second).isEqualTo(Map.of("b", 7, "c", 7));
    }

    @Test
    void fillsASmallStepWithGuessesAndAFullOneWithNone() {
        // Given
        FakeRoom room = new FakeRoom(4, 100);
        Scheduler<String> scheduler = new Scheduler<>(room, 8, 20, 5);
        add(scheduler, room, "a", 4);
        add(scheduler, room, "b", 4);
        scheduler.admit();
        step(scheduler, room);
        room.grow(scheduler, "a", 1);
        room.grow(scheduler, "b", 1);

        // When
        Map<String, Integer> small = planned(scheduler.plan());
        add(scheduler, room, "c", 4);
        scheduler.admit();
        Map<String, Integer> full = planned(scheduler.plan());

        // Then
        assertThat(small).isEqualTo(Map.of("a", 4, "b", 1));
        assertThat(full).isEqualTo(Map.of("a", 1, "b", 1, "c", 4));
    }

    /** Sequences of random length and beginning come and end at random; the rules hold in every step. */
    @ParameterizedTest
    @MethodSource("seeds")
    void staysInItsBudgetsStarvesNobodyAndEndsEverySequence(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int blockTokens = 1 << random.nextInt(5);
        int contextBlocks = Math.ceilDiv(150, blockTokens);
        FakeRoom room = new FakeRoom(blockTokens, contextBlocks + random.nextInt(5 * contextBlocks));
        int sequencesMax = random.nextInt(1, 20);
        int stepTokensMax = sequencesMax + random.nextInt(40);
        Scheduler<String> scheduler = new Scheduler<>(room, sequencesMax, stepTokensMax, random.nextInt(30));
        room.random = random;
        Map<String, Integer> outputLeft = new LinkedHashMap<>();
        int added = 0;
        Set<String> ended = new HashSet<>();
        for (int step = 0; ended.size() < 60; step++) {
            assertThat(step).as("steps").isLessThan(20_000);
            while (added < 60 && random.nextInt(3) == 0) {
                String name = "s" + added++;
                room.tokens.put(name, prompt(random));
                outputLeft.put(name, random.nextInt(1, 30));
                scheduler.add(name, room.tokens.get(name).length, random.nextInt(4) == 0);
            }
            scheduler.admit();
            Plan<String> plan = scheduler.plan();
            Map<String, Integer> planned = planned(plan);
            assertThat(planned).hasSize(plan.size()).hasSizeLessThanOrEqualTo(sequencesMax);
            assertThat(plan.tokens()).isLessThanOrEqualTo(stepTokensMax);
            assertThat(planned.values()).allMatch(tokens -> tokens > 0);
            assertThat(planned.values().stream().mapToInt(each -> each).sum()).isEqualTo(plan.tokens());
            // Whoever runs longest gets something in every step but those that another needs for itself.
            assertThat(scheduler.running() == 0 || planned.containsKey(scheduler.running(0)) || plan.size() == 1)
                    .isTrue();
            if (random.nextInt(50) == 0) {
                // The pass failed: nothing is applied, and everybody of it starts anew, alone.
                planned.keySet().forEach(scheduler::restartAlone);
                continue;
            }
            Map<String, Integer> guesses = new LinkedHashMap<>();
            IntStream.range(0, plan.size())
                    .filter(plan::catchesUp)
                    .forEach(each -> guesses.put(plan.sequence(each), plan.guesses(each)));
            room.pass(plan); // fails if blocks are oversubscribed
            scheduler.apply(plan);
            guesses.forEach((sequence, guessed) -> {
                if (goesOn(scheduler, room, outputLeft, sequence, random.nextInt(guessed + 1))) {
                    room.held(sequence).truncate(room.tokens(sequence).length - 1);
                } else {
                    scheduler.remove(sequence);
                    room.close(sequence);
                    ended.add(sequence);
                }
            });
        }
        assertThat(scheduler.running()).isZero();
        assertThat(room.blocksFree()).isEqualTo(room.blocks.blocksMax);
    }

    /** One token is sampled, and one more for each guess that is right; false once its output is complete. */
    private static boolean goesOn(
            Scheduler<String> scheduler, FakeRoom room, Map<String, Integer> outputLeft, String sequence, int right) {
        for (int i = 0; i <= right; i++) {
            if (outputLeft.merge(sequence, -1, Integer::sum) == 0) {
                return false;
            }
            room.grow(scheduler, sequence, 1);
            if (i < right) {
                scheduler.confirmGuess(sequence);
            }
        }
        return true;
    }

    /** A few beginnings that many share, then anything. */
    private static int[] prompt(SplittableRandom random) {
        int beginning = random.nextInt(4);
        int[] tokens = new int[random.nextInt(1, 120)];
        int common = random.nextInt(tokens.length + 1);
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = i < common ? 1000 * beginning + i : random.nextInt(100);
        }
        return tokens;
    }

    private static Map<String, Integer> planned(Plan<String> plan) {
        Map<String, Integer> planned = new LinkedHashMap<>();
        for (int i = 0; i < plan.size(); i++) {
            planned.put(plan.sequence(i), plan.count(i));
        }
        return planned;
    }

    private static Map<String, Integer> step(Scheduler<String> scheduler, FakeRoom room) {
        Plan<String> plan = scheduler.plan();
        Map<String, Integer> planned = planned(plan);
        room.pass(plan);
        scheduler.apply(plan);
        return planned;
    }

    private static void add(Scheduler<String> scheduler, FakeRoom room, String sequence, int promptTokens) {
        add(scheduler, room, sequence, promptTokens, false);
    }

    private static void addUrgent(Scheduler<String> scheduler, FakeRoom room, String sequence, int promptTokens) {
        add(scheduler, room, sequence, promptTokens, true);
    }

    private static void add(
            Scheduler<String> scheduler, FakeRoom room, String sequence, int promptTokens, boolean urgent) {
        room.tokens.put(
                sequence,
                new SplittableRandom(sequence.hashCode()).ints(promptTokens).toArray());
        scheduler.add(sequence, promptTokens, urgent);
    }
}

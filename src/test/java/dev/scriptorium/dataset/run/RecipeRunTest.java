package dev.scriptorium.dataset.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Row.Fate;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.gate.Gate;
import dev.scriptorium.dataset.near.MemoryNearStore;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RecipeRunTest {
    private static final Gate EVEN = new Gate() {
        @Override
        public String name() {
            return "even";
        }

        @Override
        public Verdict judge(dev.scriptorium.dataset.Candidate candidate) {
            boolean even = candidate.tokens() % 2 == 0;
            return new Verdict("even", even, Integer.toString(candidate.tokens()), "even");
        }
    };

    private final List<String> seeds = IntStream.range(0, 90)
            .mapToObj(i -> "{\"topic\":\"topic " + i + "\"}")
            .toList();

    /** The rows of a run whose answers come in some order, with stops in between. */
    private static List<Row> rows(Recipe recipe, List<String> seeds, SplittableRandom random, boolean inOrder) {
        MemoryStore store = new MemoryStore(seeds);
        List<Prompt> asked = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        RunOutput output = new RunOutput() {
            @Override
            public void ask(Prompt prompt) {
                asked.add(prompt);
            }

            @Override
            public void end(Row row) {
                rows.add(row);
            }
        };
        RecipeRun run = new RecipeRun(
                recipe, List.of(EVEN), DuplicateGates.of(recipe.gates(), store, new MemoryNearStore()), store, output);
        while (run.expand(1 + random.nextInt(200)) > 0 || !asked.isEmpty()) {
            for (int i = random.nextInt(300); i >= 0 && !asked.isEmpty(); i--) {
                Prompt prompt = asked.remove(inOrder ? 0 : random.nextInt(asked.size()));
                RowRequest request = Objects.requireNonNull(RowRequest.of(prompt.metadata()));
                run.answered(request, answer(prompt));
                if (random.nextInt(4) == 0) {
                    run.answered(request, answer(prompt));
                }
            }
            if (random.nextInt(8) == 0) {
                run = new RecipeRun(
                        recipe,
                        List.of(EVEN),
                        DuplicateGates.of(recipe.gates(), store, new MemoryNearStore()),
                        store,
                        output);
            }
        }
        assertThat(run.isFinished()).isTrue();
        assertThat(store.open()).isZero();
        assertThat(store.pendingMost).isLessThanOrEqualTo(RecipeRun.ROWS_AHEAD_MAX + RecipeRun.PUT_OFF_SLOTS);
        return rows;
    }

    /** A function of the prompt with few texts, so that there are many duplicates. */
    private static Outcome answer(Prompt prompt) {
        SplittableRandom random = new SplittableRandom(prompt.request().id().hashCode());
        if (random.nextInt(50) == 0) {
            return Rejection.of(prompt, ErrorCode.CONTEXT_LENGTH_EXCEEDED, "too long", null, Instant.EPOCH);
        }
        boolean isJudge = prompt.request().id().endsWith("?judge");
        String text = isJudge ? "Score: " + random.nextInt(10) : "text " + random.nextInt(150);
        int tokens = random.nextInt(8);
        return new Completion(
                prompt.request(),
                prompt.dialect(),
                prompt.tenant(),
                List.of(new Choice(text, FinishReason.STOP, 1, tokens, null)),
                null,
                new Usage(3, tokens),
                new ResolvedSampling(8, 1, 0, 1, 0, 1, 0, 0, 1, List.of(), 1, null),
                new Provenance("m", "sha256:w", "1", "sha256:p"),
                "worker",
                1,
                new Timings(Duration.ZERO, Duration.ZERO, Duration.ZERO),
                Instant.EPOCH,
                prompt.metadata());
    }

    private static Recipe recipe(int redraws, GateSettings.@Nullable Judge judge) {
        return new Recipe(
                "stories",
                null,
                null,
                false,
                List.of(
                        new Template("a", "Tell of {{ seed.topic }} to {{ audience }}.", ""),
                        new Template("b", "Explain {{ seed.topic }} to {{ audience }}.", "")),
                List.of("children", "adults"),
                List.of(),
                2,
                redraws,
                Sampling.UNSAID,
                new GateSettings(null, null, null, null, null, null, null, null, null, judge, true, null));
    }

    private static LongStream seeds() {
        return Seeds.of(4);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void rowsAndTheirOrderDoNotDependOnTheOrderOfAnswersNorOnStops(long seed) {
        // Given
        Recipe recipe = recipe(2, new GateSettings.Judge("{{ text }}?", null, "Score: (\\d)", List.of(), 3, 8));
        List<Row> expected = rows(recipe, seeds, new SplittableRandom(1), true);

        // When
        List<Row> found = rows(recipe, seeds, new SplittableRandom(seed), false);

        // Then
        assertThat(found).hasSize(720).isEqualTo(expected);
    }

    @Test
    void everyRowEndsOnceAndNoTextIsKeptTwice() {
        // When
        List<Row> rows = rows(recipe(1, null), seeds, new SplittableRandom(3), false);

        // Then
        assertThat(rows.stream().map(Row::number)).hasSize(720).doesNotHaveDuplicates();
        assertThat(rows.stream()
                        .filter(row -> row.fate() == Fate.KEPT)
                        .map(row -> row.written() == null ? "" : row.written().text()))
                .isNotEmpty()
                .doesNotHaveDuplicates();
        assertThat(rows.stream().map(Row::fate)).contains(Fate.DROPPED, Fate.FAILED);
        HashSet<String> kept = new HashSet<>();
        for (Row row : rows) {
            row.verdicts().stream()
                    .filter(verdict -> verdict.duplicateOf() != null)
                    .forEach(verdict -> assertThat(kept).contains(verdict.duplicateOf()));
            if (row.fate() == Fate.KEPT) {
                kept.add(row.key().id());
            }
        }
    }

    @Test
    void promptsOfOneTemplateDifferInSeedAndAudienceAndTheirIdsInAll() {
        // Given
        MemoryStore store = new MemoryStore(seeds);
        List<Prompt> asked = new ArrayList<>();
        RunOutput output = new RunOutput() {
            @Override
            public void ask(Prompt prompt) {
                asked.add(prompt);
            }

            @Override
            public void end(Row row) {}
        };

        // When
        new RecipeRun(recipe(0, null), List.of(), Duplicates.NONE, store, output).expand(10);

        // Then
        assertThat(asked.get(0).request().id()).isEqualTo("0/a/children/-/0");
        assertThat(asked.get(9).request().id()).isEqualTo("1/a/children/-/1");
        assertThat(asked.get(9).input()).isEqualTo(new Input.Text("Tell of topic 1 to children."));
        assertThat(asked.get(9).metadata()).isEqualTo(Map.of("scriptorium_row", "9/0"));
    }
}

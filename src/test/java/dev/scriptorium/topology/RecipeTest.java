package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.RecipeEvent;
import dev.scriptorium.dataset.Recipes;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.recipe.RecipeStep;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.dataset.RecipeFormat;
import dev.scriptorium.wire.dataset.RowFormat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A recipe in the router: parts come in, prompts go on lanes, and each row leaves once. */
class RecipeTest {
    private static final String DIGEST = "sha256:of-the-recipe";
    private static final RecipeFormat FORMAT = new RecipeFormat();
    private static final Template TEMPLATE = Recipes.TEMPLATE;
    private static final Recipe RECIPE = Recipes.of("""
        {"redraws": 1, "gates": {"length": {"tokens_min": 2, "tokens_max": 100}, "exact_duplicates": true,
         "near_duplicates": {"words": 2, "similarity_max": 0.7, "window_rows": 1000}}}
        """);
    private static final Recipe JUDGED = Recipes.of("""
        {"gates": {"decontamination": {"words": 5, "overlap_max": 0.5},
         "judge": {"template": "How good is this? {{ text }}", "pattern": "([0-9]+) of 5", "scores": [],
                   "score_min": 3, "tokens_max": 8}}}
        """);
    private static final int SEEDS = 40;
    private static final Pipeline PIPELINE = Pipelines.read("""
        models:
          tiny: {path: models/tiny}
        lanes:
          bulk: {}
        routes:
          - {name: all, to: bulk}
        """);

    private static final String LIMITED = """
        models:
          tiny: {path: models/tiny}
        lanes:
          bulk: {}
        routes:
          - {name: all, to: bulk}
        tenants:
          default: {requests_in_flight_max: 3}
        """;

    private static void send(RouterBench router, String digest) {
        List<String> rows = IntStream.range(0, SEEDS)
                .mapToObj(i -> "{\"topic\":\"topic %d\"}".formatted(i))
                .toList();
        router.recipe(
                "stories", FORMAT.write(new RecipeEvent.Rows(digest, RecipeEvent.Kind.SEEDS, 0, rows.subList(0, 25))));
        router.recipe(
                "stories",
                FORMAT.write(new RecipeEvent.Rows(digest, RecipeEvent.Kind.SEEDS, 25, rows.subList(25, SEEDS))));
        router.recipe("stories", FORMAT.write(new RecipeEvent.Start(digest, SEEDS, 0, FORMAT.write(RECIPE))));
    }

    private static List<Row> rows(RouterBench router) {
        return router.on("rows").stream()
                .map(record -> new RowFormat().row(record.value()))
                .toList();
    }

    /** A function of the request: few texts, some too short, some rejected. */
    private static Outcome answer(Prompt prompt) {
        SplittableRandom random = new SplittableRandom(prompt.request().id().hashCode() * 31L);
        if (random.nextInt(20) == 0) {
            return Rejection.of(prompt, ErrorCode.CONTEXT_LENGTH_EXCEEDED, "too long", null, RouterBench.START);
        }
        int tokens = 1 + random.nextInt(8);
        String text = "once upon a time there was a king who had a horse number " + random.nextInt(30)
                + (random.nextBoolean() ? " and a cow" : "");
        return completion(prompt, text, tokens);
    }

    private static Completion completion(Prompt prompt, String text, int tokens) {
        return new Completion(
                prompt.request(),
                prompt.dialect(),
                prompt.tenant(),
                List.of(new Choice(text, FinishReason.STOP, 42, tokens, null)),
                null,
                new Usage(5, tokens),
                new ResolvedSampling(16, 1, 0, 1, 0, 1, 0, 0, 42, List.of(), 1, null),
                new Provenance("scrivener-1m", "sha256:" + "0".repeat(64), "test", "sha256:p"),
                "worker-1",
                1,
                new Timings(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3)),
                RouterBench.START,
                prompt.metadata());
    }

    /** Answers come in some order, some twice, and the router is killed now and then. */
    private static List<Row> run(SplittableRandom random, boolean disturbed, Pipeline pipeline, int inFlightMax) {
        RouterBench router = new RouterBench(pipeline);
        List<Row> rows = new ArrayList<>();
        List<Prompt> open = new ArrayList<>();
        try {
            router.template(TEMPLATE);
            send(router, DIGEST);
            for (int turn = 0; turn < 200 && rows.size() < SEEDS; turn++) {
                router.pass(RecipeStep.SLICE_INTERVAL);
                router.assignments("lanes.bulk").stream()
                        .map(Assignment::prompt)
                        .forEach(open::add);
                assertThat(open.size()).isLessThanOrEqualTo(inFlightMax);
                for (int i = random.nextInt(8); i >= 0 && !open.isEmpty(); i--) {
                    Outcome outcome = answer(open.remove(disturbed ? random.nextInt(open.size()) : 0));
                    router.outcome(outcome);
                    if (disturbed && random.nextInt(3) == 0) {
                        router.outcome(outcome);
                    }
                }
                rows.addAll(rows(router));
                if (disturbed && turn % 8 == 3 && turn < 24) {
                    router.assignments("lanes.bulk").stream()
                            .map(Assignment::prompt)
                            .forEach(open::add);
                    router = router.restarted();
                    router.template(TEMPLATE);
                    send(router, DIGEST);
                }
            }
            for (int i = 0; i < 10; i++) {
                router.pass(RecipeStep.SLICE_INTERVAL);
            }
            assertThat(router.size(Names.DRAWS_STORE)).isZero();
            assertThat(router.size(Names.DUPLICATES_STORE)).isZero();
            assertThat(router.size(Names.WAITING_ROWS_STORE)).isZero();
        } finally {
            router.close();
        }
        return rows;
    }

    private static LongStream seeds() {
        return Seeds.of(2);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void rowsAreTheSameInWhateverOrderAnswersComeAndHoweverOftenTheRouterDies(long seed) {
        // Given
        List<Row> undisturbed = run(new SplittableRandom(1), false, PIPELINE, SEEDS);

        // When
        List<Row> rows = run(new SplittableRandom(seed), true, PIPELINE, SEEDS);

        // Then
        assertThat(rows).isEqualTo(undisturbed);
        assertThat(rows.stream().map(Row::number)).hasSize(SEEDS).doesNotHaveDuplicates();
        assertThat(new HashSet<>(rows.stream().map(Row::fate).toList())).hasSize(3);
    }

    @Test
    void promptsWaitForTheTemplateAndThenGoOnTheLaneOnce() {
        // Given
        try (RouterBench router = new RouterBench(PIPELINE)) {
            send(router, DIGEST);
            router.pass(RecipeStep.SLICE_INTERVAL);
            assertThat(router.assignments("lanes.bulk")).isEmpty();

            // When
            router.template(TEMPLATE);
            send(router, DIGEST);
            router.pass(RecipeStep.SLICE_INTERVAL.multipliedBy(3));

            // Then
            assertThat(router.assignments("lanes.bulk").stream()
                            .map(assignment -> assignment.prompt().request().key()))
                    .hasSize(SEEDS)
                    .startsWith("stories/0/story/-/-/0")
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void anotherRecipeUnderTheNameOfOneUnderWayIsPutAsideWithTheReason() {
        // Given
        try (RouterBench router = new RouterBench(PIPELINE)) {
            send(router, DIGEST);

            // When
            send(router, "sha256:another");

            // Then
            assertThat(router.on("dead-letters"))
                    .hasSize(3)
                    .allSatisfy(letter -> assertThat(RouterBench.header(letter, Arrival.REASON_HEADER))
                            .contains("job 'stories' is taken", DIGEST));
        }
    }

    @Test
    void cancelledJobSendsNothingMoreAndEveryRowStillEnds() {
        // Given
        try (RouterBench router = new RouterBench(PIPELINE)) {
            router.template(TEMPLATE);
            send(router, DIGEST);
            router.pass(RecipeStep.SLICE_INTERVAL);

            // When
            router.control("{\"action\":\"cancel\",\"job\":\"stories\"}");
            router.pass(Duration.ofSeconds(5));

            // Then
            List<Row> rows = rows(router);
            assertThat(rows).hasSize(SEEDS).allMatch(row -> row.fate() == Row.Fate.FAILED);
            assertThat(rows.getFirst().error()).contains("cancel");
        }
    }

    /** What a model writes for the seed with this number; rain is in a benchmark. */
    private static String written(Prompt prompt) {
        if (prompt.request().id().endsWith("?judge")) {
            return prompt.input().toString().contains("stone") ? "I give it 1 of 5" : "I give it 4 of 5";
        }
        return switch (prompt.request().id().substring(0, 1)) {
            case "0" -> "in the morning rain fell on the roof and ran down into the garden";
            case "1" -> "a stone lay in the road and nobody looked at it for a year";
            default -> "the snow was deep and the children built a house of it by noon";
        };
    }

    @Test
    void textOfABenchmarkIsRefusedBeforeAJudgeIsAskedAndTheJudgesScoreDecides() {
        // Given
        List<String> judged = new ArrayList<>();
        try (RouterBench router = new RouterBench(PIPELINE)) {
            router.template(TEMPLATE);
            router.recipe(
                    "stories",
                    FORMAT.write(new RecipeEvent.Rows(
                            DIGEST,
                            RecipeEvent.Kind.SEEDS,
                            0,
                            List.of("{\"topic\":\"rain\"}", "{\"topic\":\"stone\"}", "{\"topic\":\"snow\"}"))));
            router.recipe(
                    "stories",
                    FORMAT.write(new RecipeEvent.Rows(
                            DIGEST,
                            RecipeEvent.Kind.BENCHMARKS,
                            0,
                            List.of("{\"name\":\"arc.jsonl\",\"text\":\"Rain fell on the roof and ran down?\"}"))));
            router.recipe("stories", FORMAT.write(new RecipeEvent.Start(DIGEST, 3, 1, FORMAT.write(JUDGED))));

            // When
            for (int turn = 0; turn < 4; turn++) {
                router.pass(RecipeStep.SLICE_INTERVAL);
                for (Assignment assignment : router.assignments("lanes.bulk")) {
                    Prompt prompt = assignment.prompt();
                    if (prompt.request().id().endsWith("?judge")) {
                        judged.add(prompt.request().id());
                    }
                    router.outcome(completion(prompt, written(prompt), 12));
                }
            }

            // Then
            List<Row> rows = rows(router);
            assertThat(rows.stream().map(Row::fate)).containsExactly(Row.Fate.DROPPED, Row.Fate.DROPPED, Row.Fate.KEPT);
            assertThat(rows.get(0).verdicts().getLast().gate()).isEqualTo("decontamination");
            assertThat(rows.get(0).verdicts().getLast().value()).contains("arc.jsonl");
            assertThat(rows.get(1).verdicts().getLast())
                    .isEqualTo(new Verdict("judge", false, "1", "a score of at least 3.0"));
            assertThat(rows.get(2).verdicts().getLast().value()).isEqualTo("4");
            assertThat(judged).containsExactlyInAnyOrder("1/story/-/-/0?judge", "2/story/-/-/0?judge");
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void rowsWaitForRoomInTheirTenantsQuotaAndAreTheSame(long seed) {
        // Given
        List<Row> expected = run(new SplittableRandom(1), false, PIPELINE, SEEDS);

        // When
        List<Row> rows = run(new SplittableRandom(seed), true, Pipelines.read(LIMITED), 3);

        // Then
        assertThat(rows).isEqualTo(expected);
    }

    @Test
    void rowsCountInTheirTenantsQuotaSoThatAPromptBesideThemIsRefused() {
        // Given
        try (RouterBench router = new RouterBench(Pipelines.read(LIMITED))) {
            router.template(TEMPLATE);
            send(router, DIGEST);
            router.pass(RecipeStep.SLICE_INTERVAL);

            // When
            router.prompt("{\"id\":\"mine\",\"prompt\":\"x\"}");

            // Then
            assertThat(router.assignments("lanes.bulk")).hasSize(3);
            assertThat(router.on("rejections"))
                    .singleElement()
                    .satisfies(refused -> assertThat(RouterBench.text(refused.value()))
                            .contains("quota_exceeded", "tenant 'default' has 3 requests in flight"));
        }
    }

    @Test
    void rowThatIsLargerThanItsTenantsWholeQuotaFails() {
        // Given
        try (RouterBench router = new RouterBench(Pipelines.read(LIMITED + "  small: {tokens_in_flight_max: 99}"))) {
            Recipe recipe = Recipes.of("{\"tenant\": \"small\", \"sampling\": {\"max_tokens\": 100}}");
            router.template(TEMPLATE);
            router.recipe(
                    "stories",
                    FORMAT.write(
                            new RecipeEvent.Rows(DIGEST, RecipeEvent.Kind.SEEDS, 0, List.of("{\"topic\":\"rain\"}"))));
            router.recipe("stories", FORMAT.write(new RecipeEvent.Start(DIGEST, 1, 0, FORMAT.write(recipe))));

            // When
            router.pass(Duration.ofSeconds(1));

            // Then
            assertThat(rows(router))
                    .singleElement()
                    .satisfies(
                            row -> assertThat(row.error()).contains("quota_exceeded", "tenant 'small'", "which is 99"));
        }
    }

    @Test
    void recipeEventThatNobodyUnderstandsIsPutAside() {
        // Given
        try (RouterBench router = new RouterBench(PIPELINE)) {
            // When
            router.recipe("stories", RouterBench.bytes("{\"type\":\"recept\"}"));

            // Then
            assertThat(router.on("dead-letters"))
                    .singleElement()
                    .satisfies(letter -> assertThat(RouterBench.header(letter, Arrival.REASON_HEADER))
                            .contains("'recept'", "rows, start"));
        }
    }
}

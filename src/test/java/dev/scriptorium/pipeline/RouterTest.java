package dev.scriptorium.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Which prompt goes where. */
class RouterTest {
    private static final Instant NOON = Instant.parse("2026-11-24T12:00:00Z");
    private static final Router ROUTER = new Router(
            switch (PipelineReader.read("""
                models:
                  small: {path: a, default: true, sampling: {temperature: 0.5, top_k: 3}}
                  large: {path: b}
                lanes:
                  fast: {class: interactive}
                  bulk: {}
                  large: {model: large}
                routes:
                  - {name: urgent, when: {priority: interactive, tenant: [acme, bell-*]}, to: fast}
                  - {name: large, when: {job: nightly-*}, to: large}
                  - {name: rest, when: {priority: bulk}, to: bulk}
                """, "p.yaml", Map.of())) {
                case PipelineReader.Result.Valid(var pipeline) -> pipeline;
                case PipelineReader.Result.Invalid(var problems) -> throw new AssertionError(problems);
            });

    private static Prompt prompt(String job, String tenant, @Nullable String model, Priority priority) {
        return new Prompt(
                new RequestId(job, "1"),
                Dialect.PLAIN,
                tenant,
                model,
                new Input.Text("Once"),
                Sampling.UNSAID,
                priority,
                null,
                Map.of(),
                "file:1");
    }

    private static String laneOf(Prompt prompt) {
        return switch (ROUTER.route(prompt, NOON)) {
            case Routing.ToLane(var lane, var _) -> lane.name();
            case Routing.Refused(var rejection) -> rejection.code().code();
        };
    }

    @Test
    void firstRouteThatTakesAPromptWins() {
        assertThat(laneOf(prompt("job", "acme", null, Priority.INTERACTIVE))).isEqualTo("fast");
        assertThat(laneOf(prompt("job", "bell-labs", "small", Priority.INTERACTIVE)))
                .isEqualTo("fast");
        assertThat(laneOf(prompt("job", "acme", null, Priority.BULK))).isEqualTo("bulk");
        assertThat(laneOf(prompt("nightly-7", "acme", "large", Priority.BULK))).isEqualTo("large");
    }

    @Test
    void routeTakesOnlyPromptsForTheModelOfItsLane() {
        assertThat(laneOf(prompt("nightly-7", "acme", null, Priority.BULK))).isEqualTo("bulk");
        assertThat(laneOf(prompt("job", "acme", "large", Priority.BULK))).isEqualTo("no_route");
    }

    @Test
    void promptIsResolvedWithItsModelsDefaults() {
        // Given
        Prompt prompt = prompt("job", "acme", null, Priority.BULK);

        // When
        Routing routing = ROUTER.route(prompt, NOON);

        // Then
        assertThat(routing).isInstanceOfSatisfying(Routing.ToLane.class, toLane -> {
            assertThat(toLane.prompt().model()).isEqualTo("small");
            assertThat(toLane.prompt().sampling().temperature()).isEqualTo(0.5);
            assertThat(toLane.prompt().sampling().topK()).isEqualTo(3);
        });
    }

    @Test
    void refusalSaysWhereWhatAndWhatWasMeant() {
        // Given
        Prompt prompt = prompt("job", "acme", "samll", Priority.BULK);

        // When
        Routing routing = ROUTER.route(prompt, NOON);

        // Then
        assertThat(routing).isInstanceOfSatisfying(Routing.Refused.class, refused -> {
            assertThat(refused.rejection().code()).isEqualTo(ErrorCode.MODEL_NOT_FOUND);
            assertThat(refused.rejection().field()).isEqualTo("model");
            assertThat(refused.rejection().message())
                    .isEqualTo("file:1: model 'samll' is not in this pipeline (models: small, large). Did you mean"
                            + " 'small'?");
        });
    }

    static LongStream seeds() {
        return Seeds.of(20);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyPromptHasOneExitAndALaneOfItsOwnModel(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        List<String> words = List.of("acme", "bell-", "bell-x", "nightly-1", "small", "large", "x");

        for (int i = 0; i < 100; i++) {
            Prompt prompt = prompt(
                    words.get(random.nextInt(words.size())),
                    words.get(random.nextInt(words.size())),
                    random.nextBoolean() ? null : words.get(random.nextInt(words.size())),
                    Priority.values()[random.nextInt(2)]);

            // When
            Routing routing = ROUTER.route(prompt, NOON);

            // Then
            switch (routing) {
                case Routing.ToLane(var lane, var resolved) ->
                    assertThat(lane.model()).isEqualTo(resolved.model());
                case Routing.Refused(var rejection) ->
                    assertThat(rejection.code()).isIn(ErrorCode.MODEL_NOT_FOUND, ErrorCode.NO_ROUTE);
            }
            assertThat(ROUTER.route(prompt, NOON)).isEqualTo(routing);
        }
    }

    @Test
    void schemaThatCannotBeEnforcedIsRefusedBeforeAnyLane() {
        // Given
        Prompt good = asking("{\"type\":\"object\",\"properties\":{\"age\":{\"type\":\"integer\"}}}");
        Prompt bad = asking("{\"type\":\"string\",\"format\":\"email\"}");

        // Then
        assertThat(laneOf(good)).isEqualTo("bulk");
        assertThat(ROUTER.route(bad, NOON)).isInstanceOfSatisfying(Routing.Refused.class, refused -> {
            assertThat(refused.rejection().code()).isEqualTo(ErrorCode.INVALID_VALUE);
            assertThat(refused.rejection().field()).isEqualTo("response_format");
            assertThat(refused.rejection().message())
                    .startsWith("field 'response_format' cannot be enforced: #: keyword 'format' is not supported");
        });
        assertThat(ROUTER.route(bad, NOON)).isEqualTo(ROUTER.route(bad, NOON));
    }

    private static Prompt asking(String schema) {
        return new Prompt(
                new RequestId("job", "1"),
                Dialect.PLAIN,
                "acme",
                null,
                new Input.Text("Once"),
                Sampling.UNSAID,
                new AnswerSpec(1, null, false, new ResponseFormat.JsonSchema("asked", schema)),
                Priority.BULK,
                null,
                Map.of(),
                null,
                Delivery.WHOLE);
    }
}

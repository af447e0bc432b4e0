package dev.scriptorium.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.PromptDecoder;
import dev.scriptorium.worker.ServedModel;
import dev.scriptorium.worker.Worker;
import dev.scriptorium.worker.WorkerLimits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The dummy engine in a real worker: what holds of a real model's texts holds of its own. */
class DummyEngineTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private final AtomicInteger crashes = new AtomicInteger();

    static LongStream seeds() {
        return Seeds.of(50);
    }

    @Test
    void writesTheSameTextAloneAndInABatchAndWhenPassesFail() throws InterruptedException {
        // Given
        List<String> prompts = IntStream.range(0, 40)
                .mapToObj(each -> "\"The moon " + "is ".repeat(each) + each + "\", \"temperature\": 0." + each % 10)
                .toList();
        Map<String, Outcome> alone = answers("dummy:seed=5", new WorkerLimits(1, 64, 4096), prompts);

        // When
        Map<String, Outcome> together =
                answers("dummy:seed=5,throw_every_steps=7", new WorkerLimits(16, 16, 40_000), prompts);

        // Then
        assertThat(texts(together)).isEqualTo(texts(alone)).hasSize(40);
        assertThat(texts(alone).values().stream().distinct().count()).isGreaterThan(35);
    }

    @Test
    void textsEndByThemselvesAfterAsManyTokensAsWereAskedForOnAverage() throws InterruptedException {
        // Given
        List<String> prompts = IntStream.range(0, 300)
                .mapToObj(each -> "\"Story " + each + "\"")
                .toList();

        // When
        Map<String, Outcome> answers = answers("dummy:output_tokens=20", new WorkerLimits(32, 128, 1_000_000), prompts);

        // Then
        assertThat(answers.values().stream()
                        .mapToInt(each -> ((Completion) each).usage().completionTokens())
                        .average()
                        .orElse(0))
                .isBetween(16.0, 24.0);
    }

    @Test
    void aFaultHitsThePromptThatHasItsWordAndNoOther() throws InterruptedException {
        // Given
        List<String> prompts = List.of("\"good\"", "\"some poison here\"", "\"better\"", "\"a curse\"", "\"best\"");

        // When
        Map<String, Outcome> answers =
                answers("dummy:throw_on=poison,nan_on=curse", new WorkerLimits(8, 64, 40_000), prompts);

        // Then
        assertThat(code(answers.get("p1"))).isEqualTo(ErrorCode.WORKER_FAILED);
        assertThat(code(answers.get("p3"))).isEqualTo(ErrorCode.NON_FINITE_LOGITS);
        assertThat(texts(answers)).containsOnlyKeys("p0", "p2", "p4");
    }

    @Test
    void theCrashWordTakesTheProcessDown() throws InterruptedException {
        // When
        answers("dummy:crash_on=boom", new WorkerLimits(8, 64, 4096), List.of("\"boom\""));

        // Then
        assertThat(crashes).hasPositiveValue();
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void anyTextComesBackFromItsIds(long seed) {
        // Given
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder();
        random.ints(60, 0, 5)
                .forEach(kind -> text.append(
                        switch (kind) {
                            case 0 -> " moon";
                            case 1 -> "</s>";
                            case 2 -> Character.toString(random.nextInt(0x1f600, 0x1f640));
                            case 3 -> "ü";
                            default -> Character.toString(random.nextInt(32, 0xd000));
                        }));
        DummyTokenizer tokenizer = new DummyTokenizer(DummySettings.parse("dummy"));

        // When
        int[] ids = tokenizer.encode(text.toString());

        // Then
        var decoder = tokenizer.decoder();
        StringBuilder back = new StringBuilder();
        IntStream.of(ids).forEach(id -> back.append(decoder.push(id)));
        assertThat(back.append(decoder.finish())).hasToString(text.toString());
        assertThat(IntStream.of(ids)).noneMatch(tokenizer::isControl);
    }

    /** @param prompts each the value of {@code prompt} in JSON, and more fields if it likes; the ids are p0, p1, … */
    private Map<String, Outcome> answers(String path, WorkerLimits limits, List<String> prompts)
            throws InterruptedException {
        DummySettings settings = DummySettings.parse(path + ",context_tokens=256");
        DummyTokenizer tokenizer = new DummyTokenizer(settings);
        ServedModel served = new ServedModel(
                new DummyModel(settings, tokenizer.vocabularySize(), crashes::incrementAndGet),
                tokenizer,
                tokenizer,
                Sampling.UNSAID,
                DummyModel.endIds(),
                new Provenance("dummy", settings.digest(), "test"));
        Map<String, Outcome> outcomes = new ConcurrentHashMap<>();
        CountDownLatch left = new CountDownLatch(prompts.size());
        try (Worker worker = new Worker(served, limits, "w", InstantSource.fixed(NOW), cause -> {})) {
            worker.start();
            for (int i = 0; i < prompts.size(); i++) {
                Assignment assignment = assignment("p" + i, prompts.get(i));
                while (!worker.offer(assignment, outcome -> {
                    outcomes.put(outcome.request().id(), outcome);
                    left.countDown();
                })) {
                    Thread.onSpinWait();
                }
            }
            assertThat(left.await(60, TimeUnit.SECONDS)).isTrue();
        }
        return new TreeMap<>(outcomes);
    }

    private static Assignment assignment(String id, String prompt) {
        byte[] json = "{\"id\": \"%s\", \"model\": \"dummy\", \"prompt\": %s}"
                .formatted(id, prompt)
                .getBytes(StandardCharsets.UTF_8);
        Decoded decoded = new PromptDecoder(1 << 16).decode(new Arrival(null, json, null, null, null, NOW));
        return new Assignment(((Decoded.Accepted) decoded).prompt(), "bulk", 1, NOW);
    }

    private static Map<String, String> texts(Map<String, Outcome> outcomes) {
        Map<String, String> texts = new TreeMap<>();
        outcomes.forEach((id, outcome) -> {
            if (outcome instanceof Completion completion) {
                texts.put(id, completion.text());
            }
        });
        return texts;
    }

    private static @Nullable ErrorCode code(@Nullable Outcome outcome) {
        return outcome instanceof Rejection rejection ? rejection.code() : null;
    }
}

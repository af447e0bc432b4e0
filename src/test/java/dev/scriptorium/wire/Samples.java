package dev.scriptorium.wire;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.TokenLogprob;
import dev.scriptorium.event.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One event of each kind, with every field set to something that is not its default. */
final class Samples {
    static final Instant NOON = Instant.parse("2026-11-24T12:00:00.123456Z");
    static final RequestId REQUEST = new RequestId("stories", "17");

    private static final String TEXT = "There was a cat.\nIt said \"naïve\" 🐈.";

    private Samples() {}

    static Prompt prompt() {
        return promptWith(Map.of("topic", "a cat", "style", "naïve 🐈"));
    }

    static Prompt promptWith(Map<String, String> metadata) {
        return new Prompt(
                REQUEST,
                Dialect.PLAIN,
                "press",
                "scrivener",
                new Input.Text("Once upon a time"),
                new Sampling(100, 300, 0.6, 40, 0.95, 0.05, 1.2, 0.5, -0.5, -42L, List.of("\n\n", "The End")),
                Priority.INTERACTIVE,
                NOON,
                metadata,
                "prompts.jsonl:17");
    }

    static Prompt chat() {
        return new Prompt(
                REQUEST,
                Dialect.OPENAI_CHAT,
                "press",
                "scrivener",
                new Input.Chat(List.of(
                        new Message("system", "Be brief."),
                        new Message("user", "Who was Ada?\u0000"),
                        new Message("assistant", ""))),
                sampling(7L, List.of()),
                Priority.BULK,
                null,
                Map.of(),
                null);
    }

    static Prompt asking(Input input, AnswerSpec answer) {
        return new Prompt(
                REQUEST,
                Dialect.PLAIN,
                "press",
                null,
                input,
                Sampling.UNSAID,
                answer,
                Priority.BULK,
                null,
                Map.of(),
                null,
                Delivery.WHOLE);
    }

    static Prompt barePrompt() {
        return bare(REQUEST, new Input.Text("Once"), Sampling.UNSAID);
    }

    static Prompt bare(RequestId request, Input input, Sampling sampling) {
        return new Prompt(
                request,
                Dialect.PLAIN,
                Prompt.DEFAULT_TENANT,
                null,
                input,
                sampling,
                Priority.BULK,
                null,
                Map.of(),
                null);
    }

    static Sampling sampling(@Nullable Long seed, List<String> stop) {
        return new Sampling(null, null, null, null, null, null, null, null, null, seed, stop);
    }

    static Completion completion(Dialect dialect) {
        return new Completion(
                REQUEST,
                dialect,
                "press",
                List.of(new Choice(TEXT, FinishReason.STOP, 4_242_424_242L, 12, null)),
                null,
                new Usage(5, 12),
                new ResolvedSampling(100, 0.6, 40, 0.95, 0.05, 1.2, 0, 0, 4_242_424_242L, List.of("The End"), 1, null),
                new Provenance("scrivener", "sha256:" + "0123456789abcdef".repeat(4), "0.1.0"),
                "worker-a",
                2,
                new Timings(Duration.ofMillis(15), Duration.ofNanos(2_500_000), Duration.ofSeconds(1)),
                NOON,
                Map.of("topic", "a cat", "style", "short"));
    }

    /** Everything that a completion can hold: three choices with log probabilities, and the prompt again. */
    static Completion fullCompletion(Dialect dialect) {
        Completion bare = completion(dialect);
        ResolvedSampling sampling = bare.sampling();
        return new Completion(
                bare.request(),
                bare.dialect(),
                bare.tenant(),
                List.of(
                        new Choice("né", FinishReason.STOP, 4_242_424_242L, 4, logprobs()),
                        new Choice("", FinishReason.STOP, -7, 1, List.of(end(0))),
                        new Choice("n", FinishReason.LENGTH, 8, 1, logprobs().subList(0, 1))),
                dialect == Dialect.OPENAI_CHAT ? null : echo(),
                new Usage(2, 1, 6),
                new ResolvedSampling(
                        4,
                        sampling.temperature(),
                        sampling.topK(),
                        sampling.topP(),
                        sampling.minP(),
                        sampling.repetitionPenalty(),
                        sampling.frequencyPenalty(),
                        sampling.presencePenalty(),
                        sampling.seed(),
                        sampling.stop(),
                        3,
                        "sha256:" + "fedcba9876543210".repeat(4)),
                bare.provenance().of("sha256:" + "00ff".repeat(16)),
                bare.worker(),
                bare.attempt(),
                bare.timings(),
                bare.completedAt(),
                bare.metadata());
    }

    private static Echo echo() {
        return new Echo(
                "🐈 ja",
                List.of(
                        new TokenLogprob(new TokenLogprob.Token(1, "<s>", null), null, 0, List.of()),
                        new TokenLogprob(
                                new TokenLogprob.Token(90, "🐈 ja", "ð\u009f\u0090\u0088 ja"), -9.5f, 0, List.of())));
    }

    /** n, and é in two tokens of one byte each, and the end. */
    private static List<TokenLogprob> logprobs() {
        TokenLogprob.Token n = new TokenLogprob.Token(80, "n", "n");
        TokenLogprob.Token first = new TokenLogprob.Token(198, "\ufffd", "\u00c3");
        TokenLogprob.Token second = new TokenLogprob.Token(172, "\ufffd", "\u00a9");
        return List.of(
                new TokenLogprob(
                        n,
                        -0.25f,
                        0,
                        List.of(new TokenLogprob.Alternative(n, -0.25f), new TokenLogprob.Alternative(first, -2f))),
                new TokenLogprob(first, -3.5f, 1, List.of(new TokenLogprob.Alternative(n, -0.5f))),
                new TokenLogprob(second, 0f, 1, List.of(new TokenLogprob.Alternative(second, 0f))),
                end(2));
    }

    private static TokenLogprob end(int offset) {
        return new TokenLogprob(new TokenLogprob.Token(2, "</s>", null), -1.5f, offset, List.of());
    }

    static Rejection rejection(Dialect dialect) {
        return new Rejection(
                REQUEST,
                dialect,
                "press",
                ErrorCode.INVALID_VALUE,
                "prompts.jsonl:17: field 'temperature' is -1.0, but it must be from 0 to 2",
                "temperature",
                "prompts.jsonl:17",
                NOON,
                Map.of("topic", "a cat"));
    }
}

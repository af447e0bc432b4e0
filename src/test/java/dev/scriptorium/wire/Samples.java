package dev.scriptorium.wire;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
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
                "There was a cat.\nIt said \"naïve\" 🐈.",
                FinishReason.STOP,
                new Usage(5, 12),
                new ResolvedSampling(100, 0.6, 40, 0.95, 0.05, 1.2, 0, 0, 4_242_424_242L, List.of("The End")),
                new Provenance("scrivener", "sha256:" + "0123456789abcdef".repeat(4), "0.1.0"),
                "worker-a",
                2,
                new Timings(Duration.ofMillis(15), Duration.ofNanos(2_500_000), Duration.ofSeconds(1)),
                NOON,
                Map.of("topic", "a cat", "style", "short"));
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

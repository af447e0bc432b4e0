package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.TemplateException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A worker on a fake model whose rounds the test itself turns, with a clock that the test sets. */
final class Desk implements InstantSource {
    static final Instant START = Instant.parse("2026-11-24T09:00:00Z");
    static final int CONTEXT = 96;
    static final Provenance PROVENANCE = new Provenance("fake", "sha256:" + "0".repeat(64), "test");

    /** Refuses whatever begins with an assistant; begins with one begin token as the contract says. */
    static final ChatFormat CHAT = turns -> {
        if (turns.getFirst().role().equals("assistant")) {
            throw new TemplateException("Conversation roles must alternate user/assistant/…");
        }
        StringBuilder all = new StringBuilder();
        turns.forEach(turn -> all.append(turn.content()));
        int[] ids = new FakeTokenizer().encode("A" + all);
        ids[0] = FakeTokenizer.BEGIN;
        return ids;
    };

    final FakeModel model;
    final Worker worker;
    final Map<String, Outcome> outcomes = new TreeMap<>();
    final List<TokenChunk> pieces = new ArrayList<>();
    private Instant now = START;

    Desk(WorkerLimits limits) {
        this(new FakeModel(CONTEXT, 16 * CONTEXT), limits, CHAT, Sampling.UNSAID);
    }

    Desk(FakeModel model, WorkerLimits limits, @Nullable ChatFormat chat, Sampling defaults) {
        this.model = model;
        this.worker = new Worker(
                new ServedModel(model, new FakeTokenizer(), chat, defaults, Set.of(FakeTokenizer.END), PROVENANCE),
                limits,
                "w1",
                this,
                cause -> {
                    throw new AssertionError("the worker must not die", cause);
                });
    }

    static WorkerLimits limits(int sequencesMax, int stepTokensMax) {
        return new WorkerLimits(sequencesMax, stepTokensMax, 32 * CONTEXT);
    }

    @Override
    public Instant instant() {
        return now;
    }

    void pass(Duration time) {
        now = now.plus(time);
    }

    boolean offer(Prompt prompt) {
        return worker.offer(new Assignment(prompt, "bulk", 1, START), new Intake.Listener() {
            @Override
            public void ended(Outcome outcome) {
                note(outcome);
            }

            @Override
            public void wrote(TokenChunk piece) {
                pieces.add(piece);
            }
        });
    }

    private void note(Outcome outcome) {
        Outcome before = outcomes.put(outcome.request().id(), outcome);
        if (before != null) {
            throw new AssertionError("a second outcome for " + outcome.request() + ": " + outcome);
        }
    }

    /** Turns rounds until there is nothing left to do. */
    void finishAll() {
        while (worker.prepareNext() + worker.step() > 0) {
            // The fake clock stands still, so only work moves the world.
        }
    }

    /** One round of each thread. */
    void turn() {
        while (worker.prepareNext() > 0) {
            // Tokenizing is ahead of the step loop.
        }
        worker.step();
    }

    Completion completion(String id) {
        if (outcomes.get(id) instanceof Completion completion) {
            return completion;
        }
        throw new AssertionError("no completion of " + id + " but " + outcomes.get(id));
    }

    Rejection rejection(String id) {
        if (outcomes.get(id) instanceof Rejection rejection) {
            return rejection;
        }
        throw new AssertionError("no rejection of " + id + " but " + outcomes.get(id));
    }

    static Prompt prompt(String id, String text) {
        return prompt(id, new Input.Text(text), Sampling.UNSAID, null);
    }

    static Prompt chat(String id, String role, String text) {
        return prompt(id, new Input.Chat(List.of(new Message(role, text))), Sampling.UNSAID, null);
    }

    static Prompt prompt(String id, Input input, Sampling sampling, @Nullable Instant deadline) {
        return new Prompt(
                new RequestId("job", id),
                Dialect.PLAIN,
                "default",
                "fake",
                input,
                sampling,
                Priority.BULK,
                deadline,
                Map.of("line", id),
                "prompts.jsonl:" + id);
    }

    /** Sampling that says these and nothing else. */
    static Sampling saying(@Nullable Integer maxTokens, @Nullable Integer maxLength, @Nullable List<String> stop) {
        return new Sampling(maxTokens, maxLength, null, null, null, null, null, null, null, null, stop);
    }
}

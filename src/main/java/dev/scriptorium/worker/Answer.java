package dev.scriptorium.worker;

import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Usage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one request gets: all its choices, or one rejection. Its choices are computed one by one or side by side; when
 * the last is there, the answer is. If one of them fails, the request does, and what the others have is thrown away.
 */
final class Answer {
    private final Task task;
    private final Preparation.Ready ready;
    private final @Nullable Choice[] choices;
    private int missing;
    private boolean over;
    private @Nullable Generation first;

    Answer(Task task, Preparation.Ready ready) {
        this.task = task;
        this.ready = ready;
        this.missing = ready.sampling().n();
        this.choices = new @Nullable Choice[missing];
    }

    Task task() {
        return task;
    }

    int choices() {
        return choices.length;
    }

    /** Whether it was given, one way or the other; nobody needs to compute for it any more. */
    boolean isOver() {
        return over;
    }

    void end() {
        over = true;
    }

    /** The sampling of one choice: that of the request, with the choice's own seed. */
    ResolvedSampling sampling(int choice) {
        return ready.sampling().withSeed(seed(ready.sampling().seed(), choice));
    }

    /**
     * The first choice has the request's seed. Another's is the first 8 bytes, big-endian, of the SHA-256 of
     * {@code seed/choice} in decimal, without their 11 highest bits. This is a promise to users; it never changes.
     */
    static long seed(long seed, int choice) {
        if (choice == 0) {
            return seed;
        }
        byte[] name = (seed + "/" + choice).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.wrap(SamplingResolver.sha256().digest(name)).getLong() & SamplingResolver.SEED_MASK;
    }

    /** Returns whether it was the last that was missing. */
    boolean put(int choice, Generation from, FinishReason reason) {
        if (choices[choice] != null) {
            throw new IllegalStateException(
                    "choice " + choice + " of " + task.prompt().request() + " came twice");
        }
        choices[choice] = new Choice(
                from.text(),
                reason,
                seed(ready.sampling().seed(), choice),
                from.completionTokens(),
                from.notes().output());
        if (choice == 0) {
            first = from;
        }
        return --missing == 0;
    }

    /** @param last the choice that was finished last; its times are the answer's */
    Completion completion(Generation last, Provenance model, String worker, long now) {
        Prompt prompt = task.prompt();
        Generation zeroth = first == null ? last : first;
        List<Choice> all = new ArrayList<>();
        int completionTokens = 0;
        for (@Nullable Choice choice : choices) {
            if (choice == null) {
                throw new IllegalStateException("a choice of " + prompt.request() + " is missing");
            }
            all.add(choice);
            completionTokens += choice.completionTokens();
        }
        return new Completion(
                prompt.request(),
                prompt.dialect(),
                prompt.tenant(),
                all,
                echo(zeroth),
                new Usage(ready.promptIds().length, zeroth.cachedTokens(), completionTokens),
                ready.sampling(),
                model.of(ready.promptDigest()),
                worker,
                task.assignment().attempt(),
                last.timings(task),
                Instant.ofEpochMilli(now),
                prompt.metadata());
    }

    private @Nullable Echo echo(Generation from) {
        if (!task.prompt().answer().echo()) {
            return null;
        }
        return switch (task.prompt().input()) {
            case Input.Text text -> new Echo(text.text(), from.notes().prompt());
            case Input.Chat ignored -> throw new IllegalStateException("a chat is not repeated");
        };
    }
}

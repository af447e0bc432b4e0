package dev.scriptorium.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * Decides which sequence passes how many tokens through the model in the next step. It touches no tensors.
 *
 * <p>The idea is vLLM's: a sequence has tokens that are known (its prompt, and what was sampled) and tokens that are
 * computed, and a step lets the computed ones chase the known ones. A decode is a chase of one token, a prefill chunk
 * one of many; there is no other difference. Sequences one token behind go first, because they are short and somebody's
 * text grows by each; what is left of the step goes to the others, oldest first. As a step has room for at least one
 * token of every sequence, nobody starves.
 *
 * <p>Sequences are admitted strictly in the order they came: a large one at the head waits for room, and small ones
 * behind it wait with it, so it is never passed over for ever.
 *
 * @param <S> a sequence, as the caller knows it; equal ones are the same one
 */
final class Scheduler<S> {
    private final int sequencesMax;
    private final int stepTokensMax;
    private final ArrayDeque<Waiting<S>> waiting = new ArrayDeque<>();
    private final List<Running<S>> running = new ArrayList<>();
    private final Map<S, Running<S>> bySequence = new HashMap<>();

    Scheduler(int sequencesMax, int stepTokensMax) {
        this.sequencesMax = sequencesMax;
        this.stepTokensMax = stepTokensMax;
    }

    private record Waiting<S>(S sequence, int promptTokens, int reservedTokens) {}

    private static final class Running<S> {
        private final S sequence;
        private int known;
        private int computed;
        private boolean alone;

        private Running(S sequence, int known) {
            this.sequence = sequence;
            this.known = known;
        }

        private int behind() {
            return known - computed;
        }
    }

    /**
     * Puts a sequence at the end of the queue.
     *
     * @param reservedTokens cache room it needs before it may run
     */
    void add(S sequence, int promptTokens, int reservedTokens) {
        if (promptTokens < 1) {
            throw new IllegalArgumentException("a sequence of " + promptTokens + " tokens has nothing to compute");
        }
        waiting.add(new Waiting<>(sequence, promptTokens, reservedTokens));
    }

    /**
     * Lets the sequence at the head of the queue run if there is room; null if it must wait. To be called until it
     * gives null, with the cache's room as it is then.
     */
    @Nullable
    S admit(int cacheTokensFree) {
        Waiting<S> head = waiting.peek();
        if (head == null || running.size() >= sequencesMax || head.reservedTokens() > cacheTokensFree) {
            return null;
        }
        waiting.remove();
        Running<S> admitted = new Running<>(head.sequence(), head.promptTokens());
        running.add(admitted);
        bySequence.put(head.sequence(), admitted);
        return head.sequence();
    }

    /** Forgets a sequence, wherever it is. */
    void remove(S sequence) {
        Running<S> gone = bySequence.remove(sequence);
        if (gone == null) {
            waiting.removeIf(entry -> entry.sequence().equals(sequence));
        } else {
            running.remove(gone);
        }
    }

    /**
     * Tokens for the next step, decodes before prefill chunks; empty if nothing runs. A sequence that has to run alone
     * gets the step for itself.
     */
    SequencedMap<S, Integer> plan() {
        SequencedMap<S, Integer> plan = new LinkedHashMap<>();
        for (Running<S> entry : running) {
            if (entry.alone) {
                plan.put(entry.sequence, Math.min(entry.behind(), stepTokensMax));
                return plan;
            }
        }
        int left = stepTokensMax;
        for (Running<S> entry : running) {
            if (entry.behind() == 1) {
                plan.put(entry.sequence, 1);
                left--;
            }
        }
        for (Running<S> entry : running) {
            int tokens = Math.min(entry.behind(), left);
            if (entry.behind() > 1 && tokens > 0) {
                plan.put(entry.sequence, tokens);
                left -= tokens;
            }
        }
        return plan;
    }

    /** Whether the sequence's next token can be sampled after a step with this many tokens of it. */
    boolean catchesUp(S sequence, int tokens) {
        return find(sequence).behind() == tokens;
    }

    /** How many tokens of the sequence are computed; the next chunk starts here. */
    int computed(S sequence) {
        return find(sequence).computed;
    }

    /** The planned step was done. */
    void apply(Map<S, Integer> plan) {
        plan.forEach((sequence, tokens) -> {
            Running<S> entry = find(sequence);
            entry.computed += tokens;
            if (entry.behind() == 0) {
                entry.alone = false;
            }
        });
    }

    /** One more token of the sequence is known. */
    void grow(S sequence) {
        find(sequence).known++;
    }

    /** Computes these sequences anew from their first token, one by one, each alone in its steps until it caught up. */
    void restartAlone(Collection<S> sequences) {
        for (S sequence : sequences) {
            Running<S> entry = find(sequence);
            entry.computed = 0;
            entry.alone = true;
        }
    }

    List<S> running() {
        return running.stream().map(entry -> entry.sequence).toList();
    }

    List<S> waiting() {
        return waiting.stream().map(Waiting::sequence).toList();
    }

    private Running<S> find(S sequence) {
        Running<S> entry = bySequence.get(sequence);
        if (entry == null) {
            throw new IllegalArgumentException("sequence " + sequence + " is not running");
        }
        return entry;
    }
}

package dev.scriptorium.worker.schedule;

import dev.scriptorium.worker.schedule.Plan.Entry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Decides which sequence passes how many tokens through the model in the next step. It touches no tensors.
 *
 * <p>The idea is vLLM's: a sequence has tokens that are known (its prompt, and what was sampled) and tokens that are
 * computed, and a step lets the computed ones chase the known ones. A decode is a chase of one token, a prefill chunk
 * one of many; there is no other difference. Every decode has its token in the step; what is left of the step goes to
 * prefill chunks, oldest sequence first. As a step has room for at least one token of every sequence, nobody starves.
 *
 * <p>Cache is taken by need, block by block, not by the longest a sequence could become. Where a sequence needs a block
 * and none is free, the youngest of all that run gives its blocks back and waits in its old place in the queue; it is
 * computed anew from its tokens, which are kept. So the oldest always goes on, and in the end everybody is the oldest.
 *
 * <p>Where two sequences begin alike and the older one computes a block in this step that the younger one needs next,
 * the younger one waits for it, and has it for nothing in the step after.
 *
 * <p>The order is that of arrival, but an urgent sequence counts as if it had come {@link #URGENT_PASSES_MAX} arrivals
 * earlier, and does not wait for a place: the youngest of those that run gives it its own, if that one comes after it
 * in this order, and goes on later. The order is kept strictly: a large one at the head waits for room, and small ones
 * behind it wait with it, so it is never passed over for ever.
 *
 * <p>A step in steady state makes no garbage.
 *
 * @param <S> a sequence, as the caller knows it; equal ones are the same one
 */
public final class Scheduler<S> {
    /** More than usually wait in a worker, so that an urgent one is next; few enough that the others' turn comes. */
    public static final int URGENT_PASSES_MAX = 4096;

    private final CacheRoom<S> room;
    private final int sequencesMax;
    private final int stepTokensMax;
    private final int guessStepTokensMax;
    private final List<Entry<S>> waiting = new ArrayList<>(); // in order
    private final List<Entry<S>> running = new ArrayList<>(); // in order
    private final Map<S, Entry<S>> bySequence = new HashMap<>();
    private final Plan<S> plan = new Plan<>();
    private long arrivals;
    private long preemptions;
    private int blocksPlanned; // that the plan takes of those that are free

    /** @param guessStepTokensMax a step of fewer tokens is filled up to this with guesses; 0 for none ever */
    public Scheduler(CacheRoom<S> room, int sequencesMax, int stepTokensMax, int guessStepTokensMax) {
        this.room = room;
        this.sequencesMax = sequencesMax;
        this.stepTokensMax = stepTokensMax;
        this.guessStepTokensMax = Math.min(guessStepTokensMax, stepTokensMax);
    }

    /**
     * Puts a sequence in the queue.
     *
     * @param promptTokens how many tokens are known of it, at least 1
     */
    public void add(S sequence, int promptTokens, boolean urgent) {
        if (promptTokens < 1) {
            throw new IllegalArgumentException("a sequence of " + promptTokens + " tokens has nothing to compute");
        }
        long order = arrivals++ + (urgent ? 0 : URGENT_PASSES_MAX);
        enqueue(waiting, new Entry<>(sequence, urgent, order, promptTokens));
    }

    /** Lets sequences at the head of the queue run as long as there is room; returns how many. */
    public int admit() {
        int count = 0;
        while (!waiting.isEmpty() && admit(waiting.getFirst())) {
            count++;
        }
        return count;
    }

    private boolean admit(Entry<S> head) {
        if (running.size() >= sequencesMax && !makesWay(head)) {
            return false;
        }
        room.open(head.sequence);
        head.computed = room.reuse(head.sequence, head.known);
        while (!fits(head)) {
            if (!makesWay(head)) {
                room.close(head.sequence);
                head.computed = 0;
                return false;
            }
        }
        waiting.removeFirst();
        enqueue(running, head);
        bySequence.put(head.sequence, head);
        return true;
    }

    /** Whether somebody who runs gave his place and his blocks to this urgent one. */
    private boolean makesWay(Entry<S> head) {
        Entry<S> youngest = running.getLast();
        if (!head.urgent || youngest.order <= head.order || youngest.alone) {
            return false;
        }
        preempt(youngest);
        return true;
    }

    /** Whether there is room for it, for what the others have yet to compute, and for each to grow a little. */
    private boolean fits(Entry<S> head) {
        if (running.isEmpty()) {
            return true;
        }
        long wanted = blocksWanted(head, head.behind() + 1);
        for (int i = 0; i < running.size(); i++) {
            wanted += blocksWanted(running.get(i), running.get(i).behind() + 1) + 1;
        }
        return wanted <= room.blocksFree();
    }

    private int blocksWanted(Entry<S> entry, int tokens) {
        return blocks(entry.computed + tokens) - blocks(entry.computed);
    }

    private int blocks(int tokens) {
        return Math.ceilDiv(tokens, room.blockTokens());
    }

    private static <S> void enqueue(List<Entry<S>> queue, Entry<S> entry) {
        int at = queue.size();
        while (at > 0 && queue.get(at - 1).order > entry.order) {
            at--;
        }
        queue.add(at, entry);
    }

    /** A sequence that still waits is urgent from now on. */
    public void hasten(S sequence) {
        for (int i = 0; i < waiting.size(); i++) {
            Entry<S> entry = waiting.get(i);
            if (entry.sequence.equals(sequence)) {
                waiting.remove(i);
                entry.urgent = true;
                entry.order = Math.min(entry.order, arrivals++);
                enqueue(waiting, entry);
                return;
            }
        }
    }

    /** Forgets a sequence, wherever it is; what it holds in the cache is the caller's to give back. */
    public void remove(S sequence) {
        Entry<S> gone = bySequence.remove(sequence);
        List<Entry<S>> queue = gone == null ? waiting : running;
        for (int i = 0; i < queue.size(); i++) {
            if (queue.get(i).sequence.equals(sequence)) {
                queue.remove(i);
                return;
            }
        }
    }

    /**
     * Tokens for the next step; empty if nothing runs. Its cache is free when it returns, even if somebody had to be
     * sent back to the queue. A sequence that has to run alone gets the step for itself. The plan is valid until the
     * next call.
     */
    public Plan<S> plan() {
        plan.clear();
        blocksPlanned = 0;
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).alone) {
                planAlone(running.get(i));
                return plan;
            }
        }
        int prefillLeft = stepTokensMax;
        for (int i = 0; i < running.size(); i++) {
            Entry<S> entry = running.get(i);
            if (entry.behind() > 1) {
                entry.computed = room.reuse(entry.sequence, entry.known);
            }
            prefillLeft -= entry.behind() == 1 ? 1 : 0;
        }
        // From here on free blocks only become more, but for those planned. Whoever is preempted is the last of all
        // that
        // run, so it is not planned yet.
        for (int i = 0; i < running.size(); i++) {
            Entry<S> entry = running.get(i);
            boolean decodes = entry.behind() == 1;
            int wanted = decodes ? 1 : Math.min(entry.behind(), prefillLeft);
            if (wanted < 1 || isUnderWay(entry)) {
                continue;
            }
            int count = makeRoom(entry, wanted);
            if (count > 0) {
                blocksPlanned += blocksWanted(entry, count);
                plan.add(entry, count);
                prefillLeft -= decodes ? 0 : count;
            }
        }
        planGuesses();
        return plan;
    }

    /** A step of few tokens waits for memory, not for arithmetic; then a guess costs little. */
    private void planGuesses() {
        for (int i = 0; i < plan.size() && plan.tokens() < guessStepTokensMax; i++) {
            Entry<S> entry = plan.entry(i);
            if (entry.behind() == 1) {
                int most = roomFor(entry, 1 + guessStepTokensMax - plan.tokens(), blocksWanted(entry, 1)) - 1;
                int guesses = room.guess(entry.sequence, most);
                blocksPlanned += blocksWanted(entry, 1 + guesses) - blocksWanted(entry, 1);
                plan.addGuesses(i, guesses);
            }
        }
    }

    private void planAlone(Entry<S> entry) {
        entry.computed = room.reuse(entry.sequence, entry.known);
        int count = makeRoom(entry, Math.min(entry.behind(), stepTokensMax));
        if (count > 0) {
            plan.add(entry, count);
        }
    }

    /** Whether an older sequence computes in this step what this one needs next. */
    private boolean isUnderWay(Entry<S> entry) {
        int from = entry.computed;
        int end = from + room.blockTokens();
        if (from % room.blockTokens() != 0 || end >= entry.known) {
            return false;
        }
        for (int i = 0; i < plan.size(); i++) {
            boolean passesIt = plan.computed(i) <= from && plan.computed(i) + plan.count(i) >= end;
            if (passesIt && room.beginAlike(plan.sequence(i), entry.sequence, end)) {
                return true;
            }
        }
        return false;
    }

    /** As many of the wanted tokens as there is room for, 0 if it had to make room for older ones itself. */
    private int makeRoom(Entry<S> entry, int wanted) {
        int count = roomFor(entry, wanted, 0);
        while (count == 0) {
            Entry<S> youngest = running.getLast();
            if (entry.alone && youngest.equals(entry) && running.size() > 1) {
                youngest = running.get(running.size() - 2);
            }
            preempt(youngest);
            if (youngest.equals(entry)) {
                return 0;
            }
            count = roomFor(entry, wanted, 0);
        }
        return count;
    }

    /** @param alreadyPlanned blocks of those planned that are the entry's own */
    private int roomFor(Entry<S> entry, int wanted, int alreadyPlanned) {
        int blocks = blocks(entry.computed) + room.blocksFree() - blocksPlanned + alreadyPlanned;
        long tokens = (long) blocks * room.blockTokens() - entry.computed;
        return (int) Math.min(wanted, tokens);
    }

    private void preempt(Entry<S> entry) {
        preemptions++;
        room.close(entry.sequence);
        entry.computed = 0;
        running.remove(entry);
        bySequence.remove(entry.sequence);
        enqueue(waiting, entry);
    }

    /** The planned step was done; whether guesses were right is still to be told. */
    public void apply(Plan<S> done) {
        for (int i = 0; i < done.size(); i++) {
            Entry<S> entry = done.entry(i);
            entry.computed += done.count(i) - done.guesses(i);
            entry.alone = entry.alone && entry.behind() > 0;
        }
    }

    /** One more token of the sequence is known. */
    public void grow(S sequence) {
        find(sequence).known++;
    }

    /** The token that is known since the last {@link #grow} was guessed right, so it is computed too. */
    public void confirmGuess(S sequence) {
        find(sequence).computed++;
    }

    /**
     * Computes a sequence anew from its first token, alone in its steps until it caught up. Its cache is given back.
     */
    public void restartAlone(S sequence) {
        Entry<S> entry = find(sequence);
        room.close(sequence);
        room.open(sequence);
        entry.computed = 0;
        entry.alone = true;
    }

    public int running() {
        return running.size();
    }

    /** The sequence in this place of those that run, oldest first. */
    public S running(int index) {
        return running.get(index).sequence;
    }

    public int waiting() {
        return waiting.size();
    }

    /** The sequence in this place of the queue. */
    public S waiting(int index) {
        return waiting.get(index).sequence;
    }

    /** How often a sequence had to give its blocks back. */
    public long preemptions() {
        return preemptions;
    }

    private Entry<S> find(S sequence) {
        Entry<S> entry = bySequence.get(sequence);
        if (entry == null) {
            throw new IllegalArgumentException("sequence " + sequence + " is not running");
        }
        return entry;
    }
}

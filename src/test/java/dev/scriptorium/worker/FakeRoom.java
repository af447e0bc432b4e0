package dev.scriptorium.worker;

import dev.scriptorium.worker.schedule.CacheRoom;
import dev.scriptorium.worker.schedule.Plan;
import dev.scriptorium.worker.schedule.Scheduler;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** A cache for sequences that are names with tokens; it holds the scheduler to its contract. */
final class FakeRoom implements CacheRoom<String> {
    final FakeBlocks blocks;
    final Map<String, int[]> tokens = new HashMap<>();
    /** Says how much is guessed; without one it is as much as may be. */
    @Nullable
    SplittableRandom random;

    private final Map<String, FakeBlocks.Held> held = new HashMap<>();

    FakeRoom(int blockTokens, int blocksMax) {
        blocks = new FakeBlocks(blockTokens, blocksMax);
    }

    FakeBlocks.Held held(String sequence) {
        return Objects.requireNonNull(held.get(sequence), "not open: " + sequence);
    }

    int[] tokens(String sequence) {
        return Objects.requireNonNull(tokens.get(sequence), sequence);
    }

    /** Computes the plan. */
    void pass(Plan<String> plan) {
        for (int i = 0; i < plan.size(); i++) {
            FakeBlocks.Held each = held(plan.sequence(i));
            if (each.length() != plan.computed(i)) {
                throw new IllegalStateException("chunk of " + plan.sequence(i) + " starts at " + plan.computed(i)
                        + ", but " + each.length() + " tokens are computed");
            }
            int end = plan.computed(i) + plan.count(i);
            each.pass(Arrays.copyOf(tokens(plan.sequence(i)), end), plan.computed(i), plan.count(i));
        }
        for (int i = 0; i < plan.size(); i++) {
            held(plan.sequence(i)).share(plan.computed(i) + plan.count(i) - plan.guesses(i));
        }
    }

    /** So many more tokens of the sequence are known. */
    void grow(Scheduler<String> scheduler, String sequence, int count) {
        int[] longer = Arrays.copyOf(tokens(sequence), tokens(sequence).length + count);
        Arrays.fill(longer, longer.length - count, longer.length, sequence.hashCode() + longer.length);
        tokens.put(sequence, longer);
        for (int i = 0; i < count; i++) {
            scheduler.grow(sequence);
        }
    }

    @Override
    public int blockTokens() {
        return blocks.blockTokens;
    }

    @Override
    public int blocksFree() {
        return blocks.free();
    }

    @Override
    public void open(String sequence) {
        if (held.put(sequence, blocks.open()) != null) {
            throw new IllegalStateException(sequence + " is open already");
        }
    }

    @Override
    public void close(String sequence) {
        held(sequence).close();
        held.remove(sequence);
    }

    @Override
    public int reuse(String sequence, int known) {
        return held(sequence).reuse(tokens(sequence), known);
    }

    @Override
    public int guess(String sequence, int guessesMax) {
        return random == null ? guessesMax : random.nextInt(guessesMax + 1);
    }

    @Override
    public boolean beginAlike(String one, String other, int count) {
        return Arrays.equals(tokens(one), 0, count, tokens(other), 0, count);
    }
}

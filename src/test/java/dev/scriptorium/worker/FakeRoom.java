package dev.scriptorium.worker;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/** A cache for sequences that are names with tokens; it holds the scheduler to its contract. */
final class FakeRoom implements Scheduler.Room<String> {
    final FakeBlocks blocks;
    final Map<String, int[]> tokens = new HashMap<>();
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
    void pass(Scheduler.Plan<String> plan) {
        for (int i = 0; i < plan.size(); i++) {
            FakeBlocks.Held each = held(plan.sequence(i));
            if (each.length() != plan.computed(i)) {
                throw new IllegalStateException("chunk of " + plan.sequence(i) + " starts at " + plan.computed(i)
                        + ", but " + each.length() + " tokens are computed");
            }
            each.pass(tokens(plan.sequence(i)), plan.computed(i), plan.count(i));
        }
        for (int i = 0; i < plan.size(); i++) {
            held(plan.sequence(i)).share(held(plan.sequence(i)).length());
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
    public boolean beginAlike(String one, String other, int count) {
        return Arrays.equals(tokens(one), 0, count, tokens(other), 0, count);
    }
}

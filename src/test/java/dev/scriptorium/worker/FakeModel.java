package dev.scriptorium.worker;

import dev.scriptorium.model.LanguageModel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * A model without weights: the logits of a sequence are a hash of its tokens, so they are a function of the tokens
 * alone, as a real model's are. It holds callers to the contract of {@link LanguageModel}.
 */
final class FakeModel implements LanguageModel {
    static final int VOCABULARY_SIZE = 64;
    /** A token that this model never chooses; only prompts have it. */
    static final int UNSAID = VOCABULARY_SIZE - 1;

    private final int contextLength;
    private final int cacheTokens;
    private final Set<Cache> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Integer> stepSizes = new ArrayList<>();

    /** Whether no forward pass survives {@link #UNSAID}. */
    boolean poisonous;
    /** A token after which all logits are NaN; -1 for none. */
    int nan = -1;
    /** A token that outweighs all others; -1 for none. */
    int onlyToken = -1;
    /** Called in each forward pass. */
    Runnable duringForward = () -> {};

    FakeModel(int contextLength, int cacheTokens) {
        this.contextLength = contextLength;
        this.cacheTokens = cacheTokens;
    }

    private final class Cache implements CachedSequence {
        private final int tokensMax;
        private int length;
        private long hash = 1469598103934665603L;
        private boolean broken;

        private Cache(int tokensMax) {
            this.tokensMax = tokensMax;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public void close() {
            open.remove(this);
        }
    }

    @Override
    public int vocabularySize() {
        return VOCABULARY_SIZE;
    }

    @Override
    public int contextLength() {
        return contextLength;
    }

    @Override
    public int cacheTokensFree() {
        return cacheTokens - open.stream().mapToInt(each -> each.tokensMax).sum();
    }

    @Override
    public CachedSequence open(int tokensMax) {
        if (tokensMax > cacheTokensFree() || tokensMax > contextLength) {
            throw new IllegalStateException("no room for " + tokensMax + " tokens");
        }
        Cache cache = new Cache(tokensMax);
        open.add(cache);
        return cache;
    }

    @Override
    public Logits forward(List<Chunk> step) {
        stepSizes.add(step.stream().mapToInt(chunk -> chunk.tokens().length).sum());
        duringForward.run();
        long wanted = step.stream().filter(Chunk::wantsLogits).count();
        float[] values = new float[(int) wanted * VOCABULARY_SIZE];
        int row = 0;
        try {
            step.forEach(this::pass);
        } catch (IllegalStateException e) {
            // A pass that dies leaves the caches of its step in an unknown state.
            step.forEach(chunk -> ((Cache) chunk.sequence()).broken = true);
            throw e;
        }
        for (Chunk chunk : step) {
            if (chunk.wantsLogits()) {
                fill(values, row++ * VOCABULARY_SIZE, chunk);
            }
        }
        return new Logits(values, VOCABULARY_SIZE);
    }

    private void pass(Chunk chunk) {
        Cache cache = (Cache) chunk.sequence();
        if (!open.contains(cache) || cache.broken || cache.length + chunk.tokens().length > cache.tokensMax) {
            throw new IllegalStateException("closed, broken or overfull sequence");
        }
        for (int token : chunk.tokens()) {
            if (poisonous && token == UNSAID) {
                throw new IllegalStateException("poison in the forward pass");
            }
            cache.hash = mix(cache.hash * 31 + token);
            cache.length++;
        }
    }

    private void fill(float[] values, int offset, Chunk chunk) {
        Cache cache = (Cache) chunk.sequence();
        boolean damaged = chunk.tokens()[chunk.tokens().length - 1] == nan;
        for (int id = 0; id < VOCABULARY_SIZE; id++) {
            values[offset + id] = damaged ? Float.NaN : (mix(cache.hash + id) >>> 40) / (float) (1 << 22);
        }
        values[offset + UNSAID] = damaged ? Float.NaN : -1000;
        if (onlyToken >= 0) {
            values[offset + onlyToken] = 1000;
        }
    }

    List<Integer> stepSizes() {
        return stepSizes;
    }

    int openSequences() {
        return open.size();
    }

    private static long mix(long value) {
        long mixed = (value ^ (value >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }
}

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

    private static final int BLOCK_TOKENS = 8;

    private final int contextLength;
    private final FakeBlocks blocks;
    private final Set<Cache> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final List<Integer> stepSizes = new ArrayList<>();

    /** Whether no forward pass survives {@link #UNSAID}. */
    boolean poisonous;
    /** A token after which all logits are NaN; -1 for none. */
    int nan = -1;
    /** A token that outweighs all others; -1 for none. */
    int onlyToken = -1;
    /** Tokens that did not have to pass because a block had them. */
    int tokensReused;
    /** Whether logits depend on the last token alone, so that texts repeat themselves. */
    boolean forgetful;
    /** Called in each forward pass. */
    Runnable duringForward = () -> {};

    FakeModel(int contextLength, int cacheTokens) {
        this.contextLength = contextLength;
        this.blocks = new FakeBlocks(BLOCK_TOKENS, cacheTokens / BLOCK_TOKENS);
    }

    private final class Cache implements CachedSequence {
        private final FakeBlocks.Held held = blocks.open();
        private final int tokensMax;
        /** After each token that passed; what a real model keeps in its keys and values. */
        private final List<Long> hashes = new ArrayList<>(List.of(1469598103934665603L));

        private boolean broken;

        private Cache(int tokensMax) {
            this.tokensMax = tokensMax;
        }

        @Override
        public int length() {
            return held.length();
        }

        @Override
        public int reuse(int[] ids, int count) {
            if (!open.contains(this)) {
                throw new IllegalStateException("a closed sequence");
            }
            int before = length();
            int after = held.reuse(ids, count);
            for (int i = before; i < after; i++) {
                hashes.add(mix(hashes.getLast() * 31 + ids[i]));
            }
            tokensReused += after - before;
            return after;
        }

        @Override
        public void truncate(int length) {
            held.truncate(length);
            hashes.subList(length + 1, hashes.size()).clear();
        }

        @Override
        public void close() {
            if (open.remove(this)) {
                held.close();
            }
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
    public int cacheBlockTokens() {
        return BLOCK_TOKENS;
    }

    @Override
    public int cacheBlocksMax() {
        return blocks.blocksMax;
    }

    @Override
    public int cacheBlocksFree() {
        return blocks.free();
    }

    @Override
    public CachedSequence open(int tokensMax) {
        if (tokensMax > contextLength) {
            throw new IllegalArgumentException("no room for " + tokensMax + " tokens");
        }
        Cache cache = new Cache(tokensMax);
        open.add(cache);
        return cache;
    }

    @Override
    public Logits forward(List<? extends Chunk> step) {
        stepSizes.add(step.stream().mapToInt(Chunk::count).sum());
        duringForward.run();
        int rows = step.stream().mapToInt(Chunk::logitRows).sum();
        float[] values = new float[rows * VOCABULARY_SIZE];
        int row = 0;
        try {
            step.forEach(this::pass);
        } catch (IllegalStateException e) {
            // A pass that dies leaves the caches of its step in an unknown state.
            step.forEach(chunk -> ((Cache) chunk.sequence()).broken = true);
            throw e;
        }
        for (Chunk chunk : step) {
            for (int back = chunk.logitRows() - 1; back >= 0; back--) {
                fill(values, row++ * VOCABULARY_SIZE, chunk, back);
            }
        }
        return new Logits(values, rows, VOCABULARY_SIZE);
    }

    private void pass(Chunk chunk) {
        Cache cache = (Cache) chunk.sequence();
        if (!open.contains(cache) || cache.broken || cache.length() + chunk.count() > cache.tokensMax) {
            throw new IllegalStateException("closed, broken or overfull sequence");
        }
        for (int i = chunk.from(); i < chunk.from() + chunk.count(); i++) {
            if (poisonous && chunk.ids()[i] == UNSAID) {
                throw new IllegalStateException("poison in the forward pass");
            }
            cache.hashes.add(mix(cache.hashes.getLast() * 31 + chunk.ids()[i]));
        }
        cache.held.pass(chunk.ids(), chunk.from(), chunk.count());
        cache.held.share(cache.length() - Math.max(0, chunk.logitRows() - 1));
    }

    /** @param back how many tokens before the chunk's last */
    private void fill(float[] values, int offset, Chunk chunk, int back) {
        Cache cache = (Cache) chunk.sequence();
        int token = chunk.ids()[chunk.from() + chunk.count() - 1 - back];
        long hash = forgetful ? mix(token) : cache.hashes.get(cache.length() - back);
        boolean damaged = token == nan;
        for (int id = 0; id < VOCABULARY_SIZE; id++) {
            values[offset + id] = damaged ? Float.NaN : (mix(hash + id) >>> 40) / (float) (1 << 22);
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

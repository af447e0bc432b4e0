package dev.scriptorium.model;

import dev.scriptorium.kernel.Kernels;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Keys and values of all sequences, in blocks of 16 positions from one pool.
 *
 * <p>A block holds its positions for all layers. Keys lie with positions in lanes, so that a score is one sequential
 * chain; values lie with elements in lanes, so that the mix of values is one too. A sequence reserves blocks by number
 * when it opens and gets them as it grows: a long limit costs no memory until it is used. Blocks given back are used
 * again before new ones are made.
 *
 * <p>One thread opens, extends and closes sequences.
 */
final class KeyValueCache {
    static final int BLOCK_POSITIONS = Kernels.BLOCK_POSITIONS;

    private final int headSize;
    private final int valueWidth; // elements a position and head, padded to whole vectors
    private final int keyValueHeads;
    private final int layers;
    private final Deque<float[]> recycled = new ArrayDeque<>();
    private volatile int blocksFree; // neither reserved nor in use; read by any thread

    /** @param tokensMax positions over all sequences, rounded up to whole blocks */
    KeyValueCache(LlamaConfig config, int tokensMax) {
        if (tokensMax < 1) {
            throw new IllegalArgumentException("a cache of " + tokensMax + " tokens; must be at least 1");
        }
        headSize = config.headSize();
        valueWidth = Kernels.stride(headSize);
        keyValueHeads = config.keyValueHeads();
        layers = config.layers();
        if (blockElements() > Integer.MAX_VALUE - 64) {
            throw new IllegalArgumentException("a block of 16 positions of " + layers + " layers of " + keyValueHeads
                    + " heads of " + headSize + " does not fit one array");
        }
        blocksFree = blocks(tokensMax);
    }

    private static int blocks(int tokens) {
        return (tokens - 1) / BLOCK_POSITIONS + 1; // tokens are at least 1, and may be the largest int
    }

    private long blockElements() {
        return (long) BLOCK_POSITIONS * layers * keyValueHeads * (headSize + valueWidth);
    }

    /** Heap bytes that 16 positions of one sequence take. */
    long blockBytes() {
        return blockElements() * Float.BYTES;
    }

    int tokensFree() {
        return (int) Math.min(Integer.MAX_VALUE, (long) blocksFree * BLOCK_POSITIONS);
    }

    int valueWidth() {
        return valueWidth;
    }

    /** Where a block holds (headSize, 16 positions) keys of the layer and head. */
    int keysAt(int layer, int head) {
        return (layer * keyValueHeads + head) * BLOCK_POSITIONS * (headSize + valueWidth);
    }

    /** Where a block holds (16 positions, valueWidth) values of the layer and head. */
    int valuesAt(int layer, int head) {
        return keysAt(layer, head) + BLOCK_POSITIONS * headSize;
    }

    Sequence open(int tokensMax) {
        int wanted = blocks(tokensMax);
        if (wanted > blocksFree) {
            throw new IllegalStateException("a sequence of " + tokensMax + " tokens needs more cache than is free, "
                    + tokensFree() + " tokens; see cacheTokensFree");
        }
        blocksFree = blocksFree - wanted;
        return new Sequence(tokensMax, wanted);
    }

    /** The keys and values of one sequence. */
    final class Sequence implements LanguageModel.CachedSequence {
        private final int tokensMax;
        private final int blocksReserved;
        private final List<float[]> blocks = new ArrayList<>();
        private int length;
        private boolean closed;

        private Sequence(int tokensMax, int blocksReserved) {
            this.tokensMax = tokensMax;
            this.blocksReserved = blocksReserved;
        }

        KeyValueCache owner() {
            return KeyValueCache.this;
        }

        boolean isClosed() {
            return closed;
        }

        int tokensMax() {
            return tokensMax;
        }

        @Override
        public int length() {
            return length;
        }

        float[] block(int index) {
            return blocks.get(index);
        }

        /** Makes room for positions up to {@code tokens}, without counting them as passed. */
        void growTo(int tokens) {
            while (blocks.size() < KeyValueCache.blocks(tokens)) {
                float[] block = recycled.poll();
                blocks.add(block != null ? block : new float[(int) blockElements()]);
            }
        }

        void advance(int tokens) {
            length += tokens;
        }

        /**
         * Writes one position's key and value of one layer.
         *
         * @param keys (keyValueHeads, headSize) at {@code at}
         * @param values likewise
         */
        void remember(int layer, int position, float[] keys, float[] values, int at) {
            float[] block = blocks.get(position / BLOCK_POSITIONS);
            int slot = position % BLOCK_POSITIONS;
            for (int head = 0; head < keyValueHeads; head++) {
                int from = at + head * headSize;
                int keyTo = keysAt(layer, head) + slot;
                for (int d = 0; d < headSize; d++) {
                    block[keyTo + d * BLOCK_POSITIONS] = keys[from + d];
                }
                System.arraycopy(values, from, block, valuesAt(layer, head) + slot * valueWidth, headSize);
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                recycled.addAll(blocks);
                blocks.clear();
                blocksFree = blocksFree + blocksReserved;
            }
        }
    }
}

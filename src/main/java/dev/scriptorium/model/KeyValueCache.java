package dev.scriptorium.model;

import dev.scriptorium.kernel.Kernels;
import java.util.Arrays;

/**
 * Keys and values of all sequences, in blocks of 16 positions from one {@link BlockPool}.
 *
 * <p>A block holds its positions for all layers. Keys lie with positions in lanes, so that a score is one sequential
 * chain; values lie with elements in lanes, so that the mix of values is one too. A sequence takes blocks as it grows:
 * a long limit costs no memory until it is used.
 *
 * <p>Only full blocks are shared, and a sequence writes only behind what it has shared, so nothing that others hold is
 * ever written. A block becomes shared as soon as its 16 positions are passed and cannot be forgotten any more.
 *
 * <p>One thread opens, extends and closes sequences.
 */
final class KeyValueCache {
    static final int BLOCK_POSITIONS = Kernels.BLOCK_POSITIONS;

    private final int headSize;
    private final int valueWidth; // elements a position and head, padded to whole vectors
    private final int keyValueHeads;
    private final int layers;
    private final BlockPool pool;

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
        pool = new BlockPool(blocks(tokensMax), (int) blockElements());
    }

    /** Whole blocks that hold this many positions. */
    static int blocks(int tokens) {
        return tokens / BLOCK_POSITIONS + (tokens % BLOCK_POSITIONS == 0 ? 0 : 1);
    }

    private long blockElements() {
        return (long) BLOCK_POSITIONS * layers * keyValueHeads * (headSize + valueWidth);
    }

    /** Heap bytes that 16 positions of one sequence take. */
    long blockBytes() {
        return blockElements() * Float.BYTES;
    }

    int blocksMax() {
        return pool.blocksMax();
    }

    int blocksFree() {
        return pool.free();
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
        return new Sequence(tokensMax);
    }

    /** The keys and values of one sequence. */
    final class Sequence implements LanguageModel.CachedSequence {
        private final int tokensMax;
        private Block[] blocks = {}; // the first blockCount count
        private float[][] elements = {}; // theirs
        private int blockCount;
        private int sharedBlocks; // how many of them, from the first on, others may hold too
        private int length;
        private boolean closed;
        private long lastStep;

        private Sequence(int tokensMax) {
            this.tokensMax = tokensMax;
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

        /** What its blocks hold, from the first position on; there may be more behind them. */
        float[][] blocks() {
            return elements;
        }

        boolean comesFirstTimeIn(long step) {
            boolean first = lastStep != step;
            lastStep = step;
            return first;
        }

        /** Blocks it has to take before {@code tokens} more positions have room. */
        int blocksMissing(int tokens) {
            return Math.max(0, KeyValueCache.blocks(length + tokens) - blockCount);
        }

        @Override
        public int reuse(int[] ids, int count) {
            boolean betweenBlocks = !closed && length == blockCount * BLOCK_POSITIONS && length == sharedEnd();
            while (betweenBlocks && length + BLOCK_POSITIONS < count) {
                Block found = pool.find(serialBefore(blockCount), ids, length);
                if (found == null) {
                    break;
                }
                append(found);
                sharedBlocks++;
                length += BLOCK_POSITIONS;
            }
            return length;
        }

        /** Makes room for these tokens after the last position, without counting them as passed. */
        void grow(int[] ids, int from, int count) {
            for (int missing = blocksMissing(count); missing > 0; missing--) {
                append(pool.take());
            }
            for (int i = 0; i < count; i++) {
                int position = length + i;
                blocks[position / BLOCK_POSITIONS].ids[position % BLOCK_POSITIONS] = ids[from + i];
            }
        }

        /** @param rowsWanted of how many tokens at the end the logits were wanted; all but the first may be guesses */
        void advance(int tokens, int rowsWanted) {
            length += tokens;
            share(length - Math.max(0, rowsWanted - 1));
        }

        @Override
        public void truncate(int newLength) {
            if (newLength < sharedEnd() || newLength > length) {
                throw new IllegalArgumentException("a sequence of " + length + " positions, of which the first "
                        + sharedEnd() + " are shared, cannot be cut to " + newLength);
            }
            length = newLength;
            while (blockCount > KeyValueCache.blocks(length)) {
                pool.release(blocks[--blockCount]);
            }
            share(length);
        }

        private void share(int positions) {
            while (sharedEnd() + BLOCK_POSITIONS <= positions) {
                Block shared = pool.share(blocks[sharedBlocks], serialBefore(sharedBlocks));
                blocks[sharedBlocks] = shared;
                elements[sharedBlocks] = shared.elements;
                sharedBlocks++;
            }
        }

        private int sharedEnd() {
            return sharedBlocks * BLOCK_POSITIONS;
        }

        private long serialBefore(int index) {
            return index == 0 ? Block.NO_SERIAL : blocks[index - 1].serial;
        }

        private void append(Block block) {
            if (blockCount == blocks.length) {
                blocks = Arrays.copyOf(blocks, Math.max(4, blockCount + blockCount / 2));
                elements = Arrays.copyOf(elements, blocks.length);
            }
            elements[blockCount] = block.elements;
            blocks[blockCount++] = block;
        }

        /**
         * Writes one position's key and value of one layer.
         *
         * @param keys (keyValueHeads, headSize) at {@code at}
         * @param values likewise
         */
        void remember(int layer, int position, float[] keys, float[] values, int at) {
            float[] block = elements[position / BLOCK_POSITIONS];
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

        /** The last block first, so that what it follows is evicted after it. */
        @Override
        public void close() {
            if (closed) {
                return;
            }
            closed = true;
            share(length);
            while (blockCount > 0) {
                pool.release(blocks[--blockCount]);
            }
            blocks = new Block[0];
            elements = new float[0][];
        }
    }
}

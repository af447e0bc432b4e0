package dev.scriptorium.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * 16 positions of keys and values of all layers, with the tokens they belong to.
 *
 * <p>What lies in a block is a function of its tokens and of all tokens before them. Once it is shared, a block is
 * known by its own tokens and the serial number of the shared block before it; as serial numbers are never used again,
 * two blocks with equal ones are the same down to the first token.
 */
final class Block {
    /** The serial number that stands for the beginning of every sequence. */
    static final long NO_SERIAL = 0;

    final float[] elements; // as KeyValueCache lays them out
    final int[] ids = new int[KeyValueCache.BLOCK_POSITIONS];
    long before = NO_SERIAL;
    /** {@link #NO_SERIAL} as long as one sequence alone knows it. */
    long serial = NO_SERIAL;
    /** How many open sequences hold it. */
    int references;
    /** The next one in its bucket of shared blocks. */
    @Nullable
    Block nextInBucket;
    /** Its neighbours among the shared blocks that nobody holds. */
    @Nullable
    Block older;

    @Nullable
    Block newer;

    Block(int elements) {
        this.elements = new float[elements];
    }

    boolean isShared() {
        return serial != NO_SERIAL;
    }

    boolean holds(long serialBefore, int[] tokens, int from) {
        return before == serialBefore && Arrays.equals(ids, 0, ids.length, tokens, from, from + ids.length);
    }

    static int hash(long serialBefore, int[] tokens, int from) {
        long hash = serialBefore;
        for (int i = 0; i < KeyValueCache.BLOCK_POSITIONS; i++) {
            hash = (hash ^ tokens[from + i]) * 0x9e37_79b9_7f4a_7c15L;
            hash ^= hash >>> 32;
        }
        return (int) hash;
    }
}

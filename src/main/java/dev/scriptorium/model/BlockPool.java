package dev.scriptorium.model;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * All blocks of a cache: those that sequences hold, and those that wait to be used again.
 *
 * <p>A block that several sequences could use is shared: it is found by its tokens and the block before it, compared
 * one by one, so no accident of hashing can give a sequence another's keys. When nobody holds a shared block any more
 * it keeps what it has, until its room is needed; then the one released longest ago goes first. A sequence releases its
 * last block first, so a block goes before the one it follows, and what is left can always be found from the beginning.
 *
 * <p>Memory is taken as blocks are needed, never more than the pool may have. Belongs to one thread, but for
 * {@link #free}.
 */
final class BlockPool {
    private static final int BUCKETS_MIN = 64;

    private final int blocksMax;
    private final int elements;
    private final ArrayDeque<Block> blank = new ArrayDeque<>();
    private @Nullable Block[] buckets = new Block[BUCKETS_MIN];
    private int shared;
    private int made;
    private long lastSerial = Block.NO_SERIAL;
    // shared blocks that nobody holds, by the time they were released
    private @Nullable Block oldest;
    private @Nullable Block newest;
    private volatile int free;

    /** @param elements floats a block */
    BlockPool(int blocksMax, int elements) {
        this.blocksMax = blocksMax;
        this.elements = elements;
        this.free = blocksMax;
    }

    int blocksMax() {
        return blocksMax;
    }

    /** Blocks that no sequence holds; read by any thread. */
    int free() {
        return free;
    }

    /** A block that belongs to the caller alone, with anything in it; there must be a free one. */
    Block take() {
        Block block = blank.poll();
        if (block == null && made < blocksMax) {
            made++;
            block = new Block(elements);
        }
        if (block == null) {
            block = evictOldest();
        }
        block.references = 1;
        free = free - 1;
        return block;
    }

    /** The shared block with these 16 tokens after that block, now held once more; null if there is none. */
    @Nullable
    Block find(long before, int[] tokens, int from) {
        Block found = lookUp(before, tokens, from);
        if (found != null) {
            hold(found);
        }
        return found;
    }

    /** Whether {@link #find} would find something. */
    boolean has(long before, int[] tokens, int from) {
        return lookUp(before, tokens, from) != null;
    }

    /**
     * Lets others find a full block.
     *
     * @param block held by the caller alone, its 16 tokens written
     * @param before serial number of the shared block before it
     * @return the block to hold from now on: another one if the same was shared already, which has the same bits
     */
    Block share(Block block, long before) {
        Block same = find(before, block.ids, 0);
        if (same != null) {
            release(block);
            return same;
        }
        if (shared >= buckets.length) {
            growBuckets();
        }
        block.before = before;
        block.serial = ++lastSerial;
        int bucket = bucket(block);
        block.nextInBucket = buckets[bucket];
        buckets[bucket] = block;
        shared++;
        return block;
    }

    /** The caller holds the block no longer. */
    void release(Block block) {
        block.references--;
        if (block.references > 0) {
            return;
        }
        free = free + 1;
        if (!block.isShared()) {
            blank.push(block);
            return;
        }
        block.older = newest;
        if (newest == null) {
            oldest = block;
        } else {
            newest.newer = block;
        }
        newest = block;
    }

    private void hold(Block block) {
        if (block.references == 0) {
            leaveQueue(block);
            free = free - 1;
        }
        block.references++;
    }

    private @Nullable Block lookUp(long before, int[] tokens, int from) {
        Block block = buckets[Block.hash(before, tokens, from) & (buckets.length - 1)];
        while (block != null && !block.holds(before, tokens, from)) {
            block = block.nextInBucket;
        }
        return block;
    }

    private Block evictOldest() {
        Block block = oldest;
        if (block == null) {
            throw new IllegalStateException("all " + blocksMax + " blocks of the key/value cache are held");
        }
        leaveQueue(block);
        leaveBucket(block);
        block.serial = Block.NO_SERIAL;
        return block;
    }

    private void leaveQueue(Block block) {
        Block olderOne = block.older;
        Block newerOne = block.newer;
        if (olderOne == null) {
            oldest = newerOne;
        } else {
            olderOne.newer = newerOne;
        }
        if (newerOne == null) {
            newest = olderOne;
        } else {
            newerOne.older = olderOne;
        }
        block.older = null;
        block.newer = null;
    }

    private void leaveBucket(Block block) {
        int bucket = bucket(block);
        @Nullable Block each = buckets[bucket];
        if (each == block) {
            buckets[bucket] = block.nextInBucket;
        } else {
            while (each != null && each.nextInBucket != block) {
                each = each.nextInBucket;
            }
            if (each != null) {
                each.nextInBucket = block.nextInBucket;
            }
        }
        block.nextInBucket = null;
        shared--;
    }

    private void growBuckets() {
        @Nullable Block[] few = buckets;
        buckets = new Block[2 * few.length];
        for (Block first : few) {
            for (Block block = first; block != null; ) {
                Block next = block.nextInBucket;
                int bucket = bucket(block);
                block.nextInBucket = buckets[bucket];
                buckets[bucket] = block;
                block = next;
            }
        }
    }

    private int bucket(Block block) {
        return Block.hash(block.before, block.ids, 0) & (buckets.length - 1);
    }
}

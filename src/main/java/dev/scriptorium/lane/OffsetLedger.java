package dev.scriptorium.lane;

import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the records of one partition, so that work may finish in any order and nothing is forgotten.
 *
 * <p>The committed offset is always that of the lowest unfinished record. What is finished beyond it, and how often an
 * unfinished one was started, travels in the commit's metadata; whoever takes the partition over reads it back, repeats
 * nothing that is finished, and knows which record was being worked on when a worker died.
 *
 * <p>The invariant: below {@code end}, every offset that is not in {@code unfinished} is finished or never existed
 * (transaction markers and compaction leave holes). Belongs to one thread.
 */
final class OffsetLedger {
    /** Offset to how often it was started. */
    private final TreeMap<Long, Integer> unfinished;

    /** The consumer's position: records from here on are still to come, in order. */
    private long next;
    /** One beyond the last record known; above {@code next} as long as there is something remembered. */
    private long end;

    private boolean changed;

    private OffsetLedger(long next, long end, TreeMap<Long, Integer> unfinished) {
        this.next = next;
        this.end = end;
        this.unfinished = unfinished;
    }

    /** Nothing known but where the partition is read from. */
    static OffsetLedger startingAt(long offset) {
        return new OffsetLedger(offset, offset, new TreeMap<>());
    }

    /**
     * What the last owner committed. Metadata that is not ours, or damaged, counts as empty: then finished work may be
     * done again, and no harm comes of that.
     */
    static OffsetLedger restored(long committedOffset, String metadata) {
        CommitMetadata remembered = CommitMetadata.parse(metadata);
        TreeMap<Long, Integer> unfinished = new TreeMap<>();
        remembered.starts().forEach((gap, starts) -> unfinished.put(committedOffset + gap, starts));
        return new OffsetLedger(committedOffset, committedOffset + remembered.span(), unfinished);
    }

    /**
     * A record has come. Offsets rise; one that does not means that the topic was made anew, and all that was known of
     * the old one is forgotten.
     *
     * @return whether it is still to be done
     */
    boolean receive(long offset) {
        if (offset < next) {
            changed = true;
            unfinished.clear();
            next = offset;
            end = offset;
        }
        // What was remembered as unfinished and was passed over is gone from the topic: nobody will ever finish it.
        unfinished.subMap(next, offset).clear();
        if (offset >= end) {
            unfinished.put(offset, 0);
        }
        next = offset + 1;
        end = Math.max(end, next);
        boolean toDo = unfinished.containsKey(offset);
        changed |= !toDo;
        return toDo;
    }

    /** Counts a start; returns which one it is, 1 for the first. */
    int start(long offset) {
        changed = true;
        return unfinished.merge(offset, 1, Integer::sum);
    }

    /** Takes a start back that came to nothing through no fault of the record: it counts for nothing. */
    void unstart(long offset) {
        if (unfinished.computeIfPresent(offset, (key, starts) -> Math.max(0, starts - 1)) != null) {
            changed = true;
        }
    }

    /** How often the record was started and not finished. */
    int starts(long offset) {
        return unfinished.getOrDefault(offset, 0);
    }

    /** The record's outcome is durable. */
    void finish(long offset) {
        if (unfinished.remove(offset) != null) {
            changed = true;
        }
    }

    /** The offset to commit: everything below is finished. */
    long lowestUnfinished() {
        return unfinished.isEmpty() ? end : unfinished.firstKey();
    }

    /** The metadata to commit with {@link #lowestUnfinished}, at most {@link CommitMetadata#BYTES_MAX} bytes. */
    String metadata() {
        long base = lowestUnfinished();
        long tail = end;
        // Records that merely wait at the end need no memory: they come again by themselves.
        for (Map.Entry<Long, Integer> last : unfinished.descendingMap().entrySet()) {
            if (last.getKey() != tail - 1 || last.getValue() > 0) {
                break;
            }
            tail--;
        }
        TreeMap<Long, Integer> starts = new TreeMap<>();
        unfinished.headMap(tail).forEach((offset, count) -> starts.put(offset - base, count));
        return new CommitMetadata(tail - base, starts).format();
    }

    /** Whether anything happened since the last call. */
    boolean takeChanged() {
        boolean before = changed;
        changed = false;
        return before;
    }

    /** After a commit that failed. */
    void keepChanged() {
        changed = true;
    }
}

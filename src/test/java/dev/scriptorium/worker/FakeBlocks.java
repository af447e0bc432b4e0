package dev.scriptorium.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The blocks of a cache without what lies in them, as plainly as can be: a shared block is known by all tokens up to
 * its end, and those that nobody holds go in the order in which they were released.
 */
final class FakeBlocks {
    final int blockTokens;
    final int blocksMax;
    private final Map<List<Integer>, Integer> holders = new LinkedHashMap<>();
    private final LinkedHashMap<List<Integer>, Boolean> released = new LinkedHashMap<>();
    private int privateBlocks;

    FakeBlocks(int blockTokens, int blocksMax) {
        this.blockTokens = blockTokens;
        this.blocksMax = blocksMax;
    }

    int free() {
        return blocksMax - holders.size() - privateBlocks;
    }

    /** What one sequence holds. */
    final class Held {
        private final List<Integer> tokens = new ArrayList<>();
        private int shared;
        private int blocks;

        int length() {
            return tokens.size();
        }

        int reuse(int[] ids, int known) {
            while (tokens.size() == shared * blockTokens && tokens.size() + blockTokens < known) {
                List<Integer> key = prefix(ids, tokens.size() + blockTokens);
                if (!holders.containsKey(key) && !released.containsKey(key)) {
                    break;
                }
                hold(key);
                shared++;
                blocks++;
                tokens.clear();
                tokens.addAll(key);
            }
            return tokens.size();
        }

        /** @throws IllegalStateException if no block is free for them */
        void pass(int[] ids, int from, int count) {
            int wanted = Math.ceilDiv(tokens.size() + count, blockTokens) - blocks;
            if (wanted > free()) {
                throw new IllegalStateException("out of blocks: " + wanted + " wanted, " + free() + " free");
            }
            privateBlocks += wanted;
            blocks += wanted;
            evict();
            for (int i = 0; i < count; i++) {
                tokens.add(ids[from + i]);
            }
        }

        /** Lets others have the full blocks of the first tokens. */
        void share(int length) {
            while ((shared + 1) * blockTokens <= length) {
                shared++;
                privateBlocks--;
                hold(List.copyOf(tokens.subList(0, shared * blockTokens)));
            }
        }

        void truncate(int length) {
            if (length < shared * blockTokens) {
                throw new IllegalStateException("a shared block cannot be cut");
            }
            tokens.subList(length, tokens.size()).clear();
            int kept = Math.ceilDiv(length, blockTokens);
            privateBlocks -= blocks - kept;
            blocks = kept;
            share(length);
        }

        void close() {
            share(tokens.size());
            for (int block = shared; block > 0; block--) {
                release(List.copyOf(tokens.subList(0, block * blockTokens)));
            }
            privateBlocks -= blocks - shared;
            tokens.clear();
            shared = 0;
            blocks = 0;
        }
    }

    Held open() {
        return new Held();
    }

    private static List<Integer> prefix(int[] ids, int length) {
        return Arrays.stream(ids, 0, length).boxed().toList();
    }

    private void hold(List<Integer> key) {
        released.remove(key);
        holders.merge(key, 1, Integer::sum);
    }

    private void release(List<Integer> key) {
        if (holders.merge(key, -1, Integer::sum) == 0) {
            holders.remove(key);
            released.put(key, true);
        }
    }

    private void evict() {
        Iterator<List<Integer>> oldest = released.keySet().iterator();
        while (released.size() > free()) {
            oldest.next();
            oldest.remove();
        }
    }
}

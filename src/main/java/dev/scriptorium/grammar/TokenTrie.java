package dev.scriptorium.grammar;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of all tokens of a vocabulary as one tree, so that tokens that begin alike are looked at together;
 * immutable.
 */
public final class TokenTrie {
    private final int vocabularySize;
    private final byte[][] bytes; // (id); empty for a token that adds none
    // The nodes in the order of a walk that goes down first; the root is not among them.
    private final byte[] labels; // (node)
    private final int[] ends; // (node): one past the last node below it
    private final int[] tokenStarts; // (node + 1): where its tokens begin in tokens
    private final int[] tokens; // ids by the node they end at

    /** @param bytes by id, what each token adds to a text; null or empty for control tokens */
    public TokenTrie(List<byte @Nullable []> bytes) {
        this.vocabularySize = bytes.size();
        this.bytes = new byte[vocabularySize][];
        for (int id = 0; id < vocabularySize; id++) {
            byte[] own = bytes.get(id);
            this.bytes[id] = own == null ? new byte[0] : own.clone();
        }
        int[] sorted = IntStream.range(0, vocabularySize)
                .filter(id -> this.bytes[id].length > 0)
                .boxed()
                .sorted(Comparator.comparing((Integer id) -> this.bytes[id], Arrays::compareUnsigned))
                .mapToInt(Integer::intValue)
                .toArray();
        int nodes = nodes(sorted);
        this.labels = new byte[nodes];
        this.ends = new int[nodes];
        this.tokenStarts = new int[nodes + 1];
        this.tokens = sorted;
        build(sorted);
    }

    private int nodes(int[] sorted) {
        int count = 0;
        byte[] previous = {};
        for (int id : sorted) {
            count += bytes[id].length - common(previous, bytes[id]);
            previous = bytes[id];
        }
        return count;
    }

    private static int common(byte[] a, byte[] b) {
        int mismatch = Arrays.mismatch(a, b);
        return mismatch < 0 ? a.length : mismatch;
    }

    private void build(int[] sorted) {
        int longest = IntStream.of(sorted).map(id -> bytes[id].length).max().orElse(0);
        int[] path = new int[longest];
        int depth = 0;
        int node = 0;
        byte[] previous = {};
        for (int i = 0; i < sorted.length; i++) {
            byte[] own = bytes[sorted[i]];
            int shared = common(previous, own);
            while (depth > shared) {
                ends[path[--depth]] = node;
            }
            for (int at = shared; at < own.length; at++) {
                labels[node] = own[at];
                tokenStarts[node] = i;
                path[depth++] = node++;
            }
            // Sorted as they are, the tokens of a node follow each other, and come before those of nodes below it.
            previous = own;
        }
        while (depth > 0) {
            ends[path[--depth]] = node;
        }
        tokenStarts[node] = sorted.length;
    }

    int vocabularySize() {
        return vocabularySize;
    }

    byte[] bytes(int id) {
        return bytes[id];
    }

    /** Sets the bits of all tokens whose bytes can all follow a state. */
    void mark(State state, long[] allowed) {
        mark(state, 0, labels.length, allowed);
    }

    private void mark(State state, int from, int to, long[] allowed) {
        int node = from;
        while (node < to) {
            State next = state.next(labels[node] & 0xff);
            if (next != null) {
                for (int i = tokenStarts[node]; i < tokenStarts[node + 1]; i++) {
                    allowed[tokens[i] >> 6] |= 1L << tokens[i];
                }
                if (ends[node] > node + 1) {
                    mark(next, node + 1, ends[node], allowed);
                }
            }
            node = ends[node];
        }
    }
}

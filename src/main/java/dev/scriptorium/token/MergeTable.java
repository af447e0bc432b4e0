package dev.scriptorium.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Which two neighbouring pieces may become one, and how urgently: a hash table from a pair of ids to rank and result.
 * Open addressing over primitive arrays, because a megabyte of text asks it some million times.
 */
public final class MergeTable {
    /** Longest piece that {@link #scored} takes: it looks at all of its halves, in the square of its length. */
    public static final int PIECE_CHARACTERS_MAX = 512;

    static final long NONE = -1;

    private final long[] pairs; // left id in the upper half, right id in the lower; NONE where free
    private final long[] merges; // rank in the upper half, resulting id in the lower
    private final int mask;

    /** Two ids that become one. */
    public record Merge(int left, int right, int result) {}

    /** @param pairsMax most pairs that will be added */
    private MergeTable(int pairsMax) {
        int slots = Integer.highestOneBit(Math.max(4, pairsMax)) * 4;
        pairs = new long[slots];
        merges = new long[slots];
        Arrays.fill(pairs, NONE);
        mask = slots - 1;
    }

    /**
     * Merges in their order of urgency, as tokenizer.json lists them.
     *
     * @param lefts ids, one a merge
     * @param rights ids, one a merge
     * @param results ids, one a merge
     */
    public static MergeTable ranked(int[] lefts, int[] rights, int[] results) {
        MergeTable table = new MergeTable(lefts.length);
        for (int rank = 0; rank < lefts.length; rank++) {
            table.put(lefts[rank], rights[rank], rank, results[rank]);
        }
        return table;
    }

    /**
     * Merges as SentencePiece and GGUF imply them: two pieces may join wherever their text is a piece, the highest
     * score first; equal scores are equally urgent, so that the leftmost pair wins.
     *
     * @param vocabulary of pieces no longer than {@link #PIECE_CHARACTERS_MAX}
     * @param scores by id, finite
     */
    public static MergeTable scored(Vocabulary vocabulary, float[] scores) {
        float[] descending = scores.clone();
        Arrays.sort(descending);
        int splits = 0;
        for (int id = 0; id < vocabulary.size(); id++) {
            splits += vocabulary.isText(id) ? vocabulary.piece(id).length() : 0;
        }
        MergeTable table = new MergeTable(splits);
        for (int id = 0; id < vocabulary.size(); id++) {
            if (!vocabulary.isText(id)) {
                continue;
            }
            String piece = vocabulary.piece(id);
            int rank = firstRankOf(descending, scores[id]);
            for (int cut = 1; cut < piece.length(); cut++) {
                int left = vocabulary.textId(piece.substring(0, cut));
                int right = vocabulary.textId(piece.substring(cut));
                if (left >= 0 && right >= 0) {
                    table.put(left, right, rank, id);
                }
            }
        }
        return table;
    }

    /** How many scores are greater: equal scores share a rank. */
    private static int firstRankOf(float[] ascending, float score) {
        int low = 0;
        int high = ascending.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ascending[middle] > score) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return ascending.length - low;
    }

    /**
     * All merges, the most urgent first; of equally urgent ones that with the smaller result, then left, then right id
     * goes first, as where Hugging Face's converter made the merges of Llama-2 and Mistral of their scores.
     */
    List<Merge> ordered() {
        List<long[]> found = new ArrayList<>();
        for (int slot = 0; slot < pairs.length; slot++) {
            if (pairs[slot] != NONE) {
                found.add(new long[] {merges[slot], pairs[slot]});
            }
        }
        found.sort(Comparator.<long[]>comparingLong(entry -> entry[0]).thenComparingLong(entry -> entry[1]));
        return found.stream()
                .map(entry -> new Merge((int) (entry[1] >>> 32), (int) entry[1], (int) entry[0]))
                .toList();
    }

    /** Rank in the upper half and resulting id in the lower, or {@link #NONE}. */
    long find(int left, int right) {
        long pair = (long) left << 32 | right;
        int slot = slotOf(pair);
        return pairs[slot] == pair ? merges[slot] : NONE;
    }

    private void put(int left, int right, int rank, int result) {
        long pair = (long) left << 32 | right;
        int slot = slotOf(pair);
        pairs[slot] = pair;
        merges[slot] = (long) rank << 32 | result;
    }

    private int slotOf(long pair) {
        int slot = Long.hashCode(pair * 0x9E3779B97F4A7C15L) & mask;
        while (pairs[slot] != NONE && pairs[slot] != pair) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }
}

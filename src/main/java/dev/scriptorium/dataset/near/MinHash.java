package dev.scriptorium.dataset.near;

import dev.scriptorium.dataset.text.Shingles;

/**
 * Signatures of sets that agree in as many places as the sets are alike (Broder 1997), cut into bands so that sets
 * alike enough agree in a whole band somewhere (Indyk and Motwani 1998). A function of the set: the hash functions are
 * drawn from a fixed seed.
 */
final class MinHash {
    /** Hash functions at most: more find more, and cost more. */
    static final int HASHES_MAX = 128;

    /** Chance that two sets just as alike as asked meet in a band. */
    private static final double RECALL_MIN = 0.999;

    private static final long SEED = 0x5c217074075cL;

    private final int bands;
    private final int rows;
    private final long[] factors;
    private final long[] summands;

    private MinHash(int bands, int rows) {
        this.bands = bands;
        this.rows = rows;
        this.factors = new long[bands * rows];
        this.summands = new long[bands * rows];
        for (int i = 0; i < factors.length; i++) {
            factors[i] = Shingles.mix(SEED + 2L * i) | 1;
            summands[i] = Shingles.mix(SEED + 2L * i + 1);
        }
    }

    /** The longest bands, and so the fewest false alarms, with which sets as alike as this are found. */
    static MinHash finding(double similarity) {
        for (int rows = HASHES_MAX; rows > 1; rows--) {
            int bands = HASHES_MAX / rows;
            if (1 - Math.pow(1 - Math.pow(similarity, rows), bands) >= RECALL_MIN) {
                return new MinHash(bands, rows);
            }
        }
        return new MinHash(HASHES_MAX, 1);
    }

    int bands() {
        return bands;
    }

    int rows() {
        return rows;
    }

    /** @param hashes of a set's members, at least one, 64 bits each; how often one stands there is no matter */
    long[] bandsOf(long[] hashes) {
        int[] least = new int[factors.length];
        for (int i = 0; i < least.length; i++) {
            long factor = factors[i];
            long summand = summands[i];
            int min = Integer.MAX_VALUE;
            for (long hash : hashes) {
                min = Math.min(min, (int) ((hash * factor + summand) >>> 32));
            }
            least[i] = min;
        }
        long[] keys = new long[bands];
        for (int band = 0; band < bands; band++) {
            long key = Shingles.mix(band + 1L);
            for (int row = 0; row < rows; row++) {
                key = Shingles.mix(key ^ least[band * rows + row]);
            }
            keys[band] = key;
        }
        return keys;
    }
}

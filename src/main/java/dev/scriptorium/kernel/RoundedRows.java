package dev.scriptorium.kernel;

/**
 * Activations rounded to eight bits, as products with weights of four bits take them: a block of 32 columns of one
 * token is 32 numbers from -127 to 127 and a scale, its largest magnitude over 127.
 *
 * <p>They are laid out for loops that multiply in 16 bits, modulo 2^16. Two weights share a byte, {@code 16 b + a} with
 * a from 0 to 15 and b from -8 to 7, and stand for a - 8 and b. For two activations p and q
 *
 * <pre>(a - 8) p + b q = (16 b + a) p + b (q - 16 p) - 8 p</pre>
 *
 * so a loop needs the byte as it is and the byte shifted by four, and never takes its lower half out. Here lie p and
 * {@code q - 16 p} of each two columns, and what the sum over a block begins with: {@code -8 Σ p}. The sum itself is
 * within 32 * 8 * 127 = 32,512, so 16 bits hold it, whatever was carried out of them on the way.
 */
final class RoundedRows {
    /** Columns of a block, the same as of the weights. */
    static final int BLOCK = Q8Matrix.BLOCK_COLUMNS;

    static final int LARGEST = 127;

    /** Sums come out of the loops times this, because they lie in the upper half of an int. */
    static final int SUM_FACTOR = 1 << 16;

    /** Blocks without a number as large as this are zeros: one over it could be too large for a float. */
    private static final float LEAST = 1e-30f;

    /** Added to a small number and taken away again, it rounds to whole numbers, a half to the even one. */
    private static final float ROUNDER = 3 << 22;

    /** As many as their sums have registers, two for each token. */
    private static final int[] WIDE_TILES = {4, 8};

    private static final int[] NARROW_TILES = {4};

    private final PackedRows.Tiling tiling = new PackedRows.Tiling();
    private int columns;
    private short[] pairs = {}; // (tile, pair of columns, token of the tile, 2)
    private short[] starts = {}; // (tile, block, token of the tile)
    private float[] scales = {}; // (tile, block, token of the tile), over SUM_FACTOR

    /** @param wide whether tiles may take up 32 registers, not 16 */
    void shape(int tokens, int newColumns, boolean wide) {
        columns = newColumns;
        tiling.cut(tokens, wide ? WIDE_TILES : NARROW_TILES);
        int size = Math.multiplyExact(tiling.padded(), columns);
        if (pairs.length < size) {
            pairs = new short[size];
            starts = new short[size / BLOCK];
            scales = new float[size / BLOCK];
        }
    }

    /** Rounds columns {@code start .. end}, whole blocks, of all tokens from (tokens, stride(columns)). */
    void fill(float[] x, int start, int end) {
        int stride = Kernels.stride(columns);
        int first = 0;
        for (int tile = 0; tile < tiling.count(); tile++) {
            int size = tiling.size(tile);
            for (int i = 0; i < size; i++) {
                int from = Math.min(first + i, tiling.tokens() - 1) * stride;
                for (int column = start; column < end; column += BLOCK) {
                    round(x, from + column, first * columns + column * size, i, size);
                }
            }
            first += size;
        }
    }

    /** @param to where the block of the tile begins among the pairs */
    private void round(float[] x, int from, int to, int token, int size) {
        float largest = 0f;
        for (int k = 0; k < BLOCK; k++) {
            largest = Math.max(largest, Math.abs(x[from + k]));
        }
        float scale = scale(largest);
        float inverse = scale > 0 ? LARGEST / largest : 0f;
        int sum = 0;
        for (int k = 0; k < BLOCK; k += 2) {
            int p = round(x[from + k] * inverse);
            int q = round(x[from + k + 1] * inverse);
            int at = to + k * size + 2 * token;
            pairs[at] = (short) p;
            pairs[at + 1] = (short) (q - 16 * p);
            sum += p;
        }
        starts[to / BLOCK + token] = (short) (-Q4Matrix.ZERO * sum);
        scales[to / BLOCK + token] = scale / SUM_FACTOR;
    }

    /** What a rounded number is worth. Infinite or no number where the block has such a thing, which so is not lost. */
    private static float scale(float largest) {
        return largest < LEAST ? 0f : largest <= Float.MAX_VALUE ? largest / LARGEST : Float.NaN;
    }

    private static int round(float x) {
        return (int) (x + ROUNDER - ROUNDER);
    }

    PackedRows.Tiling tiling() {
        return tiling;
    }

    short[] pairs() {
        return pairs;
    }

    short[] starts() {
        return starts;
    }

    float[] scales() {
        return scales;
    }

    /** One token's rounded numbers and its blocks' scales in plain order. */
    void row(int token, int[] into, float[] blockScales) {
        int tile = tiling.tileOf(token);
        int first = tiling.first(tile);
        int size = tiling.size(tile);
        int i = token - first;
        for (int k = 0; k < columns; k += 2) {
            int at = first * columns + k * size + 2 * i;
            into[k] = pairs[at];
            into[k + 1] = pairs[at + 1] + 16 * pairs[at];
        }
        for (int block = 0; block < columns / BLOCK; block++) {
            blockScales[block] = scales[(first * columns / BLOCK) + block * size + i] * SUM_FACTOR;
        }
    }
}

package dev.scriptorium.kernel;

/**
 * Activations of some tokens, laid out for products: tiles of a few tokens, in each the tokens' x for one k side by
 * side. A tile that has fewer tokens is filled up with copies of the last; one token alone is a tile of one.
 *
 * <p>So a tile has one base and constant distances: with a base for each token C2 runs out of registers for addresses,
 * and spills. {@link Kernels#shape} comes first, then {@link #fill}, from as many threads as like, for all columns.
 */
public final class PackedRows {
    private static final int[] WIDE_TILES = {4, 8, 12};
    private static final int[] NARROW_TILES = {4, 6};

    private int tokens;
    private int columns;
    private int tileCount;
    private int[] tiles = {}; // tokens of each
    private float[] values = {}; // (tile, column, token of the tile)

    /** @param wide whether tiles may take up 32 registers, not 16 */
    void shape(int newTokens, int newColumns, boolean wide) {
        tokens = newTokens;
        columns = newColumns;
        tileCount = 0;
        if (tiles.length < tokens) {
            tiles = new int[tokens];
        }
        int packed = tokens == 1 ? add(1) : split(wide ? WIDE_TILES : NARROW_TILES);
        int size = Math.multiplyExact(packed, columns);
        if (values.length < size) {
            values = new float[size];
        }
    }

    private int add(int tile) {
        tiles[tileCount++] = tile;
        return tile;
    }

    /** As many of the largest tiles as leave a rest that smaller ones can fill without the smallest, if possible. */
    private int split(int[] sizes) {
        int largest = sizes[sizes.length - 1];
        int packed = 0;
        while (packed < tokens) {
            int left = tokens - packed;
            packed += add(left >= 2 * largest || left == largest ? largest : next(left, sizes));
        }
        return packed;
    }

    /** The smallest tile that takes all that is left, or half of it. */
    private static int next(int left, int[] sizes) {
        int largest = sizes[sizes.length - 1];
        int wanted = left > largest ? (left + 1) / 2 : left;
        for (int size : sizes) {
            if (size >= wanted) {
                return size;
            }
        }
        return largest;
    }

    /** Copies columns {@code start .. end} of all tokens from (tokens, stride(columns)). */
    public void fill(float[] x, int start, int end) {
        int stride = Kernels.stride(columns);
        int first = 0;
        for (int tile = 0; tile < tileCount; tile++) {
            int size = tiles[tile];
            for (int i = 0; i < size; i++) {
                int from = Math.min(first + i, tokens - 1) * stride;
                int to = first * columns + i;
                for (int k = start; k < end; k++) {
                    values[to + k * size] = x[from + k];
                }
            }
            first += size;
        }
    }

    public int tokens() {
        return tokens;
    }

    public int columns() {
        return columns;
    }

    int tileCount() {
        return tileCount;
    }

    int tileTokens(int tile) {
        return tiles[tile];
    }

    float[] values() {
        return values;
    }

    /** One token's x in plain order. */
    void row(int token, float[] into) {
        int tile = 0;
        int first = 0;
        while (token >= first + tiles[tile]) {
            first += tiles[tile++];
        }
        for (int k = 0; k < columns; k++) {
            into[k] = values[first * columns + k * tiles[tile] + token - first];
        }
    }
}

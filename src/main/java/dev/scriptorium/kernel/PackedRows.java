package dev.scriptorium.kernel;

import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Activations of some tokens, laid out for products: tiles of a few tokens, in each the tokens' x for one k side by
 * side. A tile that has fewer tokens is filled up with copies of the last; one token alone is a tile of one.
 *
 * <p>So a tile has one base and constant distances: with a base for each token C2 runs out of registers for addresses,
 * and spills. {@link Kernels#shape} comes first, then {@link #fill}, from as many threads as like, for all columns.
 */
public final class PackedRows {
    /** What kinds of weight multiply. */
    public enum Form {
        /** As they are. */
        PLAIN,
        /** Eight bits a number and a scale a block, for weights of four bits. */
        ROUNDED;

        /** What all of these matrices together ask for. */
        public static Set<Form> of(Stream<Matrix> matrices) {
            EnumSet<Form> forms = EnumSet.noneOf(Form.class);
            matrices.forEach(matrix -> forms.add(matrix instanceof Q4Matrix ? ROUNDED : PLAIN));
            return forms;
        }
    }

    /** How tokens are cut into tiles, which the loops of a product take one at a time. */
    static final class Tiling {
        private int tokens;
        private int count;
        private int padded;
        private int[] sizes = {};

        /** @param allowed sizes in ascending order; one token alone is a tile of one */
        void cut(int newTokens, int[] allowed) {
            tokens = newTokens;
            count = 0;
            padded = 0;
            if (sizes.length < tokens) {
                sizes = new int[tokens];
            }
            int largest = allowed[allowed.length - 1];
            while (padded < tokens) {
                int left = tokens - padded;
                // As many of the largest as leave a rest that smaller ones can fill without the smallest, if possible.
                add(tokens == 1 ? 1 : left >= 2 * largest || left == largest ? largest : next(left, allowed));
            }
        }

        private void add(int size) {
            sizes[count++] = size;
            padded += size;
        }

        /** The smallest tile that takes all that is left, or half of it. */
        private static int next(int left, int[] allowed) {
            int largest = allowed[allowed.length - 1];
            int wanted = left > largest ? (left + 1) / 2 : left;
            for (int size : allowed) {
                if (size >= wanted) {
                    return size;
                }
            }
            return largest;
        }

        int tokens() {
            return tokens;
        }

        /** Tokens of all tiles together: the last tile may have places that no token fills. */
        int padded() {
            return padded;
        }

        int count() {
            return count;
        }

        int size(int tile) {
            return sizes[tile];
        }

        /** The tile that a token is in. */
        int tileOf(int token) {
            int tile = 0;
            for (int end = sizes[0]; token >= end; end += sizes[tile]) {
                tile++;
            }
            return tile;
        }

        /** The first token of a tile. */
        int first(int tile) {
            int first = 0;
            for (int i = 0; i < tile; i++) {
                first += sizes[i];
            }
            return first;
        }
    }

    /** Columns that are filled begin at a multiple of this. */
    public static final int FILL_COLUMNS = RoundedRows.BLOCK;

    private static final int[] WIDE_TILES = {4, 8, 12};
    private static final int[] NARROW_TILES = {4, 6};

    private final Tiling tiling = new Tiling();
    private final RoundedRows rounded = new RoundedRows();
    private int tokens;
    private int columns;
    private boolean isPlain;
    private boolean isRounded;
    private float[] values = {}; // (tile, column, token of the tile)

    /** @param wide as in {@link #shape} */
    static int largestTile(boolean wide) {
        int[] sizes = wide ? WIDE_TILES : NARROW_TILES;
        return sizes[sizes.length - 1];
    }

    /** @param wide whether tiles may take up 32 registers, not 16 */
    void shape(int newTokens, int newColumns, Set<Form> forms, boolean wide) {
        tokens = newTokens;
        columns = newColumns;
        isPlain = forms.contains(Form.PLAIN);
        // No matrix of four bits has other rows than of whole blocks; others of the same model may.
        isRounded = forms.contains(Form.ROUNDED) && columns % RoundedRows.BLOCK == 0;
        if (isPlain) {
            tiling.cut(tokens, wide ? WIDE_TILES : NARROW_TILES);
            int size = Math.multiplyExact(tiling.padded(), columns);
            if (values.length < size) {
                values = new float[size];
            }
        }
        if (isRounded) {
            rounded.shape(tokens, columns, wide);
        }
    }

    /**
     * Copies columns {@code start .. end} of all tokens from (tokens, stride(columns)), in the forms that were asked
     * for.
     *
     * @param start a multiple of {@link #FILL_COLUMNS}, as is {@code end} where it is not the last
     */
    public void fill(float[] x, int start, int end) {
        if (isPlain) {
            copy(x, start, end);
        }
        if (isRounded) {
            rounded.fill(x, start, end);
        }
    }

    private void copy(float[] x, int start, int end) {
        int stride = Kernels.stride(columns);
        int first = 0;
        for (int tile = 0; tile < tiling.count(); tile++) {
            int size = tiling.size(tile);
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

    /** Of {@link #values}. */
    Tiling tiling() {
        check(isPlain, Form.PLAIN);
        return tiling;
    }

    float[] values() {
        return values;
    }

    RoundedRows rounded() {
        check(isRounded, Form.ROUNDED);
        return rounded;
    }

    private static void check(boolean present, Form form) {
        if (!present) {
            throw new IllegalStateException("activations were not shaped for the form " + form);
        }
    }

    /** One token's x in plain order. */
    void row(int token, float[] into) {
        int tile = tiling().tileOf(token);
        int first = tiling.first(tile);
        for (int k = 0; k < columns; k++) {
            into[k] = values[first * columns + k * tiling.size(tile) + token - first];
        }
    }
}

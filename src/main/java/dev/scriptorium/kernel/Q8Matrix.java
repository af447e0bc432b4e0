package dev.scriptorium.kernel;

/**
 * Weights in GGUF's Q8_0: blocks of 32 columns, each weight an int8 times the block's scale, rounded to f32.
 *
 * <p>Quants and scales lie in two arrays: a packed block of 34 bytes would cost a bounds check a load and no aligned
 * load at all.
 *
 * @see <a href="https://github.com/ggml-org/ggml/blob/master/docs/gguf.md">GGUF</a>
 */
public final class Q8Matrix implements Matrix {
    public static final int BLOCK_COLUMNS = 32;

    private final int rows;
    private final int columns;
    final Weights weights;

    private Q8Matrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        byte[] quants = new byte[Panels.elements(rows, columns) + Weights.BEHIND];
        this.weights = Weights.q8(columns, quants, new float[Panels.elements(rows, columns / BLOCK_COLUMNS)]);
    }

    /** Where rows come from while a matrix is packed, in ascending order within a piece */
    public interface Rows {
        /**
         * Writes the row's quants to {@code quants[0 .. columns)} and its scales, finite f16 numbers, to
         * {@code scales[0 .. columns / 32)}.
         */
        void read(int row, byte[] quants, short[] scales);
    }

    /** @throws IllegalArgumentException if columns are not whole blocks */
    public static Matrix pack(int rows, int columns, Rows source) {
        return packing(rows, columns).all(source);
    }

    /**
     * A matrix of zeros, to be filled.
     *
     * @throws IllegalArgumentException if columns are not whole blocks
     */
    public static Matrix.Packing<Rows> packing(int rows, int columns) {
        if (columns < 1 || columns % BLOCK_COLUMNS != 0) {
            throw new IllegalArgumentException("Q8_0 rows of " + columns + " columns must be a multiple of 32");
        }
        Q8Matrix matrix = new Q8Matrix(rows, columns);
        return new Matrix.Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, Rows source) {
        int blocks = columns / BLOCK_COLUMNS;
        byte[][] lines = new byte[Panels.ROWS][columns];
        short[] scales = new short[blocks];
        for (int row = first; row < end; row += Panels.ROWS) {
            int count = Math.min(Panels.ROWS, end - row);
            int scaleAt = Panels.offset(row, blocks);
            for (int i = 0; i < count; i++) {
                source.read(row + i, lines[i], scales);
                for (int block = 0; block < blocks; block++) {
                    weights.scales()[scaleAt + block * Panels.ROWS + i] = Float.float16ToFloat(scales[block]);
                }
            }
            Panels.interleave(lines, count, weights.bytes(), Panels.offset(row, columns));
        }
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return columns;
    }

    @Override
    public long bytes() {
        return weights.bytes().length + (long) weights.scales().length * Float.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int quantAt = Panels.offset(row, columns);
        int scaleAt = Panels.offset(row, columns / BLOCK_COLUMNS);
        for (int k = 0; k < columns; k++) {
            float scale = weights.scales()[scaleAt + k / BLOCK_COLUMNS * Panels.ROWS];
            into[k] = weights.bytes()[quantAt + k * Panels.ROWS] * scale;
        }
    }
}

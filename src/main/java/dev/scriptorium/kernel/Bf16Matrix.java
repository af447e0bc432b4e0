package dev.scriptorium.kernel;

/** Weights in bfloat16, the upper half of an f32. */
public final class Bf16Matrix implements Matrix {
    private final int rows;
    private final int columns;
    final Weights weights;

    private Bf16Matrix(int rows, int columns) {
        this.rows = rows;
        this.columns = columns;
        this.weights = Weights.bf16(columns, new short[Panels.elements(rows, columns) + Weights.BEHIND]);
    }

    /** Where rows come from while a matrix is packed, in ascending order within a piece */
    public interface Rows {
        /** Writes the row to {@code into[0 .. columns)}. */
        void read(int row, short[] into);
    }

    public static Matrix pack(int rows, int columns, Rows source) {
        return packing(rows, columns).all(source);
    }

    /** A matrix of zeros, to be filled. */
    public static Matrix.Packing<Rows> packing(int rows, int columns) {
        Bf16Matrix matrix = new Bf16Matrix(rows, columns);
        return new Matrix.Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, Rows source) {
        short[][] lines = new short[Panels.ROWS][columns];
        for (int row = first; row < end; row += Panels.ROWS) {
            int count = Math.min(Panels.ROWS, end - row);
            for (int i = 0; i < count; i++) {
                source.read(row + i, lines[i]);
            }
            Panels.interleave(lines, count, weights.shorts(), Panels.offset(row, columns));
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
        return (long) weights.shorts().length * Short.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int at = Panels.offset(row, columns);
        for (int k = 0; k < columns; k++) {
            into[k] = Float.intBitsToFloat(weights.shorts()[at + k * Panels.ROWS] << 16);
        }
    }
}

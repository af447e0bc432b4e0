package dev.scriptorium.kernel;

/** Weights in bfloat16, the upper half of an f32. */
public final class Bf16Matrix implements Matrix {
    private final int rows;
    private final int columns;
    final Weights weights;

    private Bf16Matrix(int rows, int columns, short[] weights) {
        this.rows = rows;
        this.columns = columns;
        this.weights = Weights.bf16(columns, weights);
    }

    /** Where rows come from while a matrix is packed, in the order 0, 1, 2, … */
    public interface Rows {
        /** Writes the row to {@code into[0 .. columns)}. */
        void read(int row, short[] into);
    }

    public static Bf16Matrix pack(int rows, int columns, Rows source) {
        short[] weights = new short[Panels.elements(rows, columns)];
        short[] line = new short[columns];
        for (int row = 0; row < rows; row++) {
            source.read(row, line);
            int at = Panels.offset(row, columns);
            for (int k = 0; k < columns; k++) {
                weights[at + k * Panels.ROWS] = line[k];
            }
        }
        return new Bf16Matrix(rows, columns, weights);
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

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

/**
 * Weights in GGUF's Q4_0: blocks of 32 columns, each weight a number from -8 to 7 times the block's scale.
 *
 * <p>Products take activations rounded to eight bits, {@link RoundedRows}. Two neighbouring columns share a byte, the
 * first in its lower half, from 0 to 15, the second in its upper half, from -8 to 7. Bytes of a panel's rows lie in the
 * order 0, 16, 1, 17, …: so 16-bit lanes of sums, taken as ints, have the first half of rows in their lower halves and
 * the second in their upper ones.
 */
public final class Q4Matrix implements Matrix {
    static final int ZERO = 8; // the quant that stands for zero

    private final int rows;
    final Weights weights;

    private Q4Matrix(int rows, int columns) {
        this.rows = rows;
        byte[] quants = new byte[Panels.elements(rows, columns) / 2];
        short[] scales = new short[Panels.elements(rows, columns / Q8Matrix.BLOCK_COLUMNS)];
        this.weights = Weights.q4(columns, quants, scales);
    }

    static Matrix.Packing<PackedMatrix.Rows> packing(int rows, int columns) {
        Q4Matrix matrix = new Q4Matrix(rows, columns);
        return new Matrix.Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, PackedMatrix.Rows source) {
        int columns = columns();
        PackedMatrix.Line[] lines = new PackedMatrix.Line[ROWS];
        for (int i = 0; i < ROWS; i++) {
            lines[i] = new PackedMatrix.Line(PackedMatrix.Kind.Q4_0, columns);
        }
        for (int row = first; row < end; row += ROWS) {
            int count = Math.min(ROWS, end - row);
            for (int i = 0; i < count; i++) {
                source.read(row + i, lines[i]);
                int scalesAt = scaleAt(row + i);
                for (int block = 0; block < lines[i].scales.length; block++) {
                    weights.shorts()[scalesAt + block * ROWS] = half(lines[i].scales[block]);
                }
            }
            for (int column = 0; column < columns; column += Q8Matrix.BLOCK_COLUMNS) {
                for (int i = 0; i < count; i++) {
                    spread(lines[i].quants, column, at(row + i));
                }
            }
        }
    }

    private static short half(float scale) {
        short half = Float.floatToFloat16(scale);
        if (Float.float16ToFloat(half) != scale || !Float.isFinite(scale)) {
            throw new IllegalArgumentException("a scale of Q4_0 is %s, not a finite f16 number".formatted(scale));
        }
        return half;
    }

    /** Where the byte of a row's first two columns lies. */
    private int at(int row) {
        return row / ROWS * columns() * HALF + place(row);
    }

    /** Where the scale of a row's first block lies. */
    private int scaleAt(int row) {
        return row / ROWS * columns() / Q8Matrix.BLOCK_COLUMNS * ROWS + place(row);
    }

    private static int place(int row) {
        int lane = row % ROWS;
        return lane % HALF * 2 + lane / HALF;
    }

    /** Puts 32 quants of a row where they belong. */
    private void spread(byte[] line, int column, int at) {
        byte[] quants = weights.bytes();
        for (int k = column; k < column + Q8Matrix.BLOCK_COLUMNS; k += 2) {
            quants[at + k * HALF] = (byte) (line[k] | line[k + 1] - ZERO << 4);
        }
    }

    @Override
    public int rows() {
        return rows;
    }

    @Override
    public int columns() {
        return weights.columns();
    }

    @Override
    public long bytes() {
        return weights.bytes().length + (long) weights.shorts().length * Short.BYTES;
    }

    /** A weight without its scale, from -8 to 7. */
    int quant(int row, int column) {
        int both = weights.bytes()[at(row) + column / 2 * ROWS];
        return column % 2 == 0 ? (both & 15) - ZERO : both >> 4;
    }

    float scale(int row, int column) {
        return Float.float16ToFloat(weights.shorts()[scaleAt(row) + column / Q8Matrix.BLOCK_COLUMNS * ROWS]);
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        for (int k = 0; k < columns(); k++) {
            into[k] = quant(row, k) * scale(row, k);
        }
    }
}

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

/**
 * Weights in GGUF's Q4_0: blocks of 32 columns, each weight a number from -8 to 7 times the block's scale, rounded to
 * f32.
 *
 * <p>Rows r and r + 16 of a panel share a byte, so that one load serves both vectors of rows that a loop has in hand.
 * Scales of the first half of the rows are 2^-28 of what they are in the file, see {@link Widening}.
 */
public final class Q4Matrix implements Matrix {
    /** Where the lower half of a byte stands as a signed int. */
    static final int LOWER_SHIFT = 28;

    private static final float LOWER_FACTOR = 1f / (1 << LOWER_SHIFT);
    private static final int SIGN = 8; // the file's quants count from 8

    private final int rows;
    final Weights weights;

    private Q4Matrix(int rows, int columns) {
        this.rows = rows;
        byte[] quants = new byte[Panels.elements(rows, columns) / 2 + Q8Matrix.OVERRUN_BYTES];
        float[] scales = new float[Panels.elements(rows, columns / Q8Matrix.BLOCK_COLUMNS)];
        this.weights = Weights.q4(columns, quants, scales);
    }

    static Packing<PackedMatrix.Rows> packing(int rows, int columns) {
        Q4Matrix matrix = new Q4Matrix(rows, columns);
        return new Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, PackedMatrix.Rows source) {
        int columns = columns();
        PackedMatrix.Line[] lines = new PackedMatrix.Line[ROWS];
        for (int i = 0; i < ROWS; i++) {
            lines[i] = new PackedMatrix.Line(PackedMatrix.Kind.Q4_0, columns);
        }
        for (int row = first; row < end; row += ROWS) {
            int count = Math.min(ROWS, end - row);
            int at = row / ROWS * columns * HALF;
            int scalesAt = Panels.offset(row, columns / Q8Matrix.BLOCK_COLUMNS);
            for (int i = 0; i < count; i++) {
                source.read(row + i, lines[i]);
                float factor = i < HALF ? LOWER_FACTOR : 1f;
                for (int block = 0; block < lines[i].scales.length; block++) {
                    weights.scales()[scalesAt + block * ROWS + i] = lines[i].scales[block] * factor;
                }
            }
            for (int column = 0; column < columns; column += Q8Matrix.BLOCK_COLUMNS) {
                for (int i = 0; i < count; i++) {
                    spread(lines[i].quants, column, i / HALF * 4, at + i % HALF);
                }
            }
        }
    }

    /** Puts 32 quants of a row where they belong, into the half that {@code shift} says; it must be empty. */
    private void spread(byte[] line, int column, int shift, int at) {
        byte[] quants = weights.bytes();
        for (int k = column; k < column + Q8Matrix.BLOCK_COLUMNS; k++) {
            quants[at + k * HALF] |= (byte) (((line[k] ^ SIGN) & 15) << shift);
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
        return weights.bytes().length + (long) weights.scales().length * Float.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int columns = columns();
        int lane = row % ROWS;
        int at = row / ROWS * columns * HALF + lane % HALF;
        int scalesAt = Panels.offset(row, columns / Q8Matrix.BLOCK_COLUMNS);
        for (int k = 0; k < columns; k++) {
            int both = weights.bytes()[at + k * HALF];
            int quant = lane < HALF ? both << LOWER_SHIFT : both >> 4;
            into[k] = quant * weights.scales()[scalesAt + k / Q8Matrix.BLOCK_COLUMNS * ROWS];
        }
    }
}

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

/**
 * Weights in ggml's blocks of quants of four to six bits, kept as small as they are in a file but with rows in lanes.
 *
 * <p>All kinds are one formula, {@code weight = quant * scale + offset}, where scale and offset hold for a block of 16
 * or 32 columns: in the older kinds they are numbers of the block, in K-quants small integers times the numbers of a
 * super-block of 256. A quant times its scale has at most 24 significant bits, so only the sum rounds, and the result
 * is what ggml's dequantize_row gives, whether that adds up fused or not (a zero may differ in sign).
 *
 * <p>The low four bits of two columns share a byte, the first column in its lower half; what is above four bits lies in
 * a second array, eight or four columns a byte.
 */
public final class PackedMatrix implements Matrix.Widened {
    /** Which blocks. */
    public enum Kind {
        Q4_0(0, 8, 32, 32, false),
        Q4_1(0, 0, 32, 32, true),
        Q5_0(1, 16, 32, 32, false),
        Q5_1(1, 0, 32, 32, true),
        Q4_K(0, 0, 32, 256, true),
        Q5_K(1, 0, 32, 256, true),
        Q6_K(2, 32, 16, 256, false);

        private final int highBits; // above four
        private final int zero; // the quant that stands for zero, where there is no minimum
        private final int blockColumns;
        private final int superColumns;
        private final boolean minimums;

        Kind(int highBits, int zero, int blockColumns, int superColumns, boolean minimums) {
            this.highBits = highBits;
            this.zero = zero;
            this.blockColumns = blockColumns;
            this.superColumns = superColumns;
            this.minimums = minimums;
        }

        /** Columns that one scale in f32 is for; rows are a multiple of it. */
        public int superColumns() {
            return superColumns;
        }

        /** Columns that have scale and offset in common. */
        public int blockColumns() {
            return blockColumns;
        }

        private boolean isNested() {
            return blockColumns < superColumns;
        }
    }

    /** One row, taken apart; filled by whoever reads a file. */
    public static final class Line {
        /** (column), from 0 to 15, 31 or 63. */
        public final byte[] quants;
        /** (super-block) */
        public final float[] scales;
        /** (super-block): what is added, times the block's own minimum in K-quants, where it is taken away. */
        public final float[] minimums;
        /** (block), K-quants alone; times the super-block's scale. */
        public final byte[] blockScales;
        /** (block), K-quants with minimums alone. */
        public final byte[] blockMinimums;

        private final Kind kind;

        public Line(Kind kind, int columns) {
            this.kind = kind;
            quants = new byte[columns];
            scales = new float[columns / kind.superColumns];
            minimums = new float[kind.minimums ? scales.length : 0];
            blockScales = new byte[kind.isNested() ? columns / kind.blockColumns : 0];
            blockMinimums = new byte[kind.minimums ? blockScales.length : 0];
        }

        /** Writes the row's weights in f32 to {@code into[0 .. columns)}. */
        public void weights(float[] into) {
            for (int k = 0; k < quants.length; k++) {
                int block = k / kind.blockColumns;
                float scale = scales[k / kind.superColumns];
                float minimum = kind.minimums ? minimums[k / kind.superColumns] : -kind.zero * scale;
                if (kind.isNested()) {
                    scale *= blockScales[block];
                    minimum = kind.minimums ? -minimum * blockMinimums[block] : -kind.zero * scale;
                }
                into[k] = quants[k] * scale + minimum;
            }
        }
    }

    /** Where rows come from while a matrix is packed, in ascending order within a piece */
    public interface Rows {
        void read(int row, Line into);
    }

    private final Kind kind;
    private final int rows;
    private final int columns;
    private final byte[] low; // (panel, column / 2, rows of a panel)
    private final byte[] high; // (panel, column / 8 or / 4, rows of a panel)
    private final float[] scales; // (panel, super-block, rows of a panel)
    private final float[] minimums; // likewise
    private final byte[] blockScales; // (panel, block, rows of a panel)
    private final byte[] blockMinimums; // likewise

    private PackedMatrix(Kind kind, int rows, int columns) {
        this.kind = kind;
        this.rows = rows;
        this.columns = columns;
        low = new byte[Panels.elements(rows, columns / 2)];
        high = new byte[kind.highBits == 0 ? 0 : Panels.elements(rows, columns / highColumns())];
        scales = new float[Panels.elements(rows, columns / kind.superColumns)];
        minimums = new float[kind.minimums ? scales.length : 0];
        blockScales = new byte[kind.isNested() ? Panels.elements(rows, columns / kind.blockColumns) : 0];
        blockMinimums = new byte[kind.minimums ? blockScales.length : 0];
    }

    /** Columns that share a byte of {@link #high}. */
    private int highColumns() {
        return 8 / kind.highBits;
    }

    /** @throws IllegalArgumentException if columns are not whole super-blocks */
    public static Matrix pack(Kind kind, int rows, int columns, Rows source) {
        return packing(kind, rows, columns).all(source);
    }

    /**
     * A matrix of zeros, to be filled; Q4_0 has one of its own, whose loops widen in registers.
     *
     * @throws IllegalArgumentException if columns are not whole super-blocks
     */
    public static Matrix.Packing<Rows> packing(Kind kind, int rows, int columns) {
        if (columns < 1 || columns % kind.superColumns != 0) {
            throw new IllegalArgumentException(
                    kind + " rows of " + columns + " columns must be a multiple of " + kind.superColumns);
        }
        if (kind == Kind.Q4_0) {
            return Q4Matrix.packing(rows, columns);
        }
        PackedMatrix matrix = new PackedMatrix(kind, rows, columns);
        return new Matrix.Packing<>(matrix, matrix::fill);
    }

    private void fill(int first, int end, Rows source) {
        Line line = new Line(kind, columns);
        for (int row = first; row < end; row++) {
            source.read(row, line);
            put(row, line);
        }
    }

    private void put(int row, Line line) {
        int lowAt = Panels.offset(row, columns / 2);
        for (int k = 0; k < columns; k += 2) {
            int first = line.quants[k] & 15;
            int second = line.quants[k + 1] & 15;
            low[lowAt + k / 2 * ROWS] = (byte) (first | second << 4);
        }
        if (kind.highBits > 0) {
            int highAt = Panels.offset(row, columns / highColumns());
            for (int k = 0; k < columns; k++) {
                int shift = k % highColumns() * kind.highBits;
                high[highAt + k / highColumns() * ROWS] |= (byte) (line.quants[k] >> 4 << shift);
            }
        }
        spread(line.scales, scales, row);
        spread(line.minimums, minimums, row);
        spread(line.blockScales, blockScales, row);
        spread(line.blockMinimums, blockMinimums, row);
    }

    private static void spread(float[] line, float[] into, int row) {
        for (int i = 0; i < line.length; i++) {
            into[Panels.offset(row, line.length) + i * ROWS] = line[i];
        }
    }

    private static void spread(byte[] line, byte[] into, int row) {
        for (int i = 0; i < line.length; i++) {
            into[Panels.offset(row, line.length) + i * ROWS] = line[i];
        }
    }

    public Kind kind() {
        return kind;
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
        return (long) low.length
                + high.length
                + blockScales.length
                + blockMinimums.length
                + ((long) scales.length + minimums.length) * Float.BYTES;
    }

    @Override
    public void row(int row, float[] into) {
        Panels.checkRow(row, rows);
        int panel = row / ROWS;
        int lane = row % ROWS;
        for (int k = 0; k < columns; k++) {
            int quant = low[(panel * (columns / 2) + k / 2) * ROWS + lane] >> k % 2 * 4 & 15;
            if (kind.highBits > 0) {
                int bits = high[(panel * (columns / highColumns()) + k / highColumns()) * ROWS + lane];
                quant |= (bits >> k % highColumns() * kind.highBits & (1 << kind.highBits) - 1) << 4;
            }
            into[k] = quant * scale(panel, k, lane) + offset(panel, k, lane);
        }
    }

    private float scale(int panel, int column, int lane) {
        float scale = scales[(panel * (columns / kind.superColumns) + column / kind.superColumns) * ROWS + lane];
        return kind.isNested()
                ? scale
                        * blockScales[
                                (panel * (columns / kind.blockColumns) + column / kind.blockColumns) * ROWS + lane]
                : scale;
    }

    private float offset(int panel, int column, int lane) {
        if (!kind.minimums) {
            return -kind.zero * scale(panel, column, lane);
        }
        float minimum = minimums[(panel * (columns / kind.superColumns) + column / kind.superColumns) * ROWS + lane];
        return kind.isNested()
                ? -minimum
                        * blockMinimums[
                                (panel * (columns / kind.blockColumns) + column / kind.blockColumns) * ROWS + lane]
                : minimum;
    }

    @Override
    public void widen(int panel, int start, int end, float[] into, int to) {
        float[] scale = new float[ROWS];
        float[] offset = new float[ROWS];
        for (int column = start; column < end; column += kind.blockColumns) {
            for (int lane = 0; lane < ROWS; lane++) {
                scale[lane] = scale(panel, column, lane);
                offset[lane] = offset(panel, column, lane);
            }
            int at = to + (column - start) * ROWS;
            int lowAt = (panel * (columns / 2) + column / 2) * ROWS;
            if (kind.highBits == 0) {
                for (int pair = 0; pair < kind.blockColumns / 2; pair++) {
                    widenPair(low, lowAt + pair * ROWS, scale, offset, into, at + pair * 2 * ROWS);
                }
            } else {
                int mask = (1 << kind.highBits) - 1;
                for (int pair = 0; pair < kind.blockColumns / 2; pair++) {
                    int k = column + 2 * pair;
                    int highAt = (panel * (columns / highColumns()) + k / highColumns()) * ROWS;
                    int shift = k % highColumns() * kind.highBits;
                    int pairAt = at + pair * 2 * ROWS;
                    widenLow(low, lowAt + pair * ROWS, high, highAt, shift, mask, scale, offset, into, pairAt);
                    int next = shift + kind.highBits;
                    widenUpper(low, lowAt + pair * ROWS, high, highAt, next, mask, scale, offset, into, pairAt + ROWS);
                }
            }
        }
    }

    /** Two columns without high bits. Small, so that C2 turns it into vectors. */
    private static void widenPair(byte[] low, int at, float[] scale, float[] offset, float[] into, int to) {
        for (int lane = 0; lane < ROWS; lane++) {
            into[to + lane] = (low[at + lane] & 15) * scale[lane] + offset[lane];
        }
        for (int lane = 0; lane < ROWS; lane++) {
            into[to + ROWS + lane] = (low[at + lane] >> 4 & 15) * scale[lane] + offset[lane];
        }
    }

    private static void widenLow(
            byte[] low,
            int at,
            byte[] high,
            int highAt,
            int shift,
            int mask,
            float[] scale,
            float[] offset,
            float[] into,
            int to) {
        for (int lane = 0; lane < ROWS; lane++) {
            int quant = low[at + lane] & 15 | (high[highAt + lane] >> shift & mask) << 4;
            into[to + lane] = quant * scale[lane] + offset[lane];
        }
    }

    private static void widenUpper(
            byte[] low,
            int at,
            byte[] high,
            int highAt,
            int shift,
            int mask,
            float[] scale,
            float[] offset,
            float[] into,
            int to) {
        for (int lane = 0; lane < ROWS; lane++) {
            int quant = low[at + lane] >> 4 & 15 | (high[highAt + lane] >> shift & mask) << 4;
            into[to + lane] = quant * scale[lane] + offset[lane];
        }
    }
}

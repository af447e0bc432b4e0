package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops of matrix products, for whatever width is in the class data. {@link VectorKernels} defines this code once a
 * width; nobody else may name this class, whose own initialiser finds no width.
 *
 * <p>Always {@code acc = x.fma(w, acc)}: with the accumulator as the receiver C2 destroys an operand that it still
 * needs.
 */
final class FixedWidthProducts implements LaneLoops.Products {
    private static final int BITS = VectorKernels.bits(MethodHandles.lookup());
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, VectorShape.forBitSize(BITS));
    private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, VectorShape.forBitSize(BITS));
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, VectorShape.forBitSize(BITS / 2));
    /** There are no registers of 32 bits, so the narrowest loads 8 quants and uses 4. */
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, BITS / 4)));

    private static final int LANES = FLOATS.length();

    FixedWidthProducts() {}

    @Override
    public int lanes() {
        return LANES;
    }

    private static FloatVector load(float[] from, int at) {
        return FloatVector.fromArray(FLOATS, from, at);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }

    private static FloatVector load(short[] from, int at) {
        IntVector upper = (IntVector) ShortVector.fromArray(SHORTS, from, at).castShape(INTS, 0);
        return upper.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    private static FloatVector load(byte[] from, int at) {
        return (FloatVector) ByteVector.fromArray(BYTES, from, at).castShape(FLOATS, 0);
    }

    @Override
    public void line(F32Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt) {
        float[] w = weights.weights;
        int columns = weights.columns();
        int row1 = Math.min(row + LANES, lastRow);
        int row2 = Math.min(row + 2 * LANES, lastRow);
        int row3 = Math.min(row + 3 * LANES, lastRow);
        int at0 = Panels.offset(row, columns);
        int at1 = Panels.offset(row1, columns);
        int at2 = Panels.offset(row2, columns);
        int at3 = Panels.offset(row3, columns);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int k = 0; k < columns; k++) {
            FloatVector value = broadcast(x[xAt + k]);
            sum0 = value.fma(load(w, at0 + k * ROWS), sum0);
            sum1 = value.fma(load(w, at1 + k * ROWS), sum1);
            sum2 = value.fma(load(w, at2 + k * ROWS), sum2);
            sum3 = value.fma(load(w, at3 + k * ROWS), sum3);
        }
        sum0.intoArray(y, yAt + row);
        sum1.intoArray(y, yAt + row1);
        sum2.intoArray(y, yAt + row2);
        sum3.intoArray(y, yAt + row3);
    }

    @Override
    public void line(Bf16Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt) {
        short[] w = weights.weights;
        int columns = weights.columns();
        int row1 = Math.min(row + LANES, lastRow);
        int row2 = Math.min(row + 2 * LANES, lastRow);
        int row3 = Math.min(row + 3 * LANES, lastRow);
        int at0 = Panels.offset(row, columns);
        int at1 = Panels.offset(row1, columns);
        int at2 = Panels.offset(row2, columns);
        int at3 = Panels.offset(row3, columns);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int k = 0; k < columns; k++) {
            FloatVector value = broadcast(x[xAt + k]);
            sum0 = value.fma(load(w, at0 + k * ROWS), sum0);
            sum1 = value.fma(load(w, at1 + k * ROWS), sum1);
            sum2 = value.fma(load(w, at2 + k * ROWS), sum2);
            sum3 = value.fma(load(w, at3 + k * ROWS), sum3);
        }
        sum0.intoArray(y, yAt + row);
        sum1.intoArray(y, yAt + row1);
        sum2.intoArray(y, yAt + row2);
        sum3.intoArray(y, yAt + row3);
    }

    @Override
    public void line(Q8Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt) {
        byte[] w = weights.quants;
        float[] scales = weights.scales;
        int columns = weights.columns();
        int blocks = columns / Q8Matrix.BLOCK_COLUMNS;
        int row1 = Math.min(row + LANES, lastRow);
        int row2 = Math.min(row + 2 * LANES, lastRow);
        int row3 = Math.min(row + 3 * LANES, lastRow);
        int at0 = Panels.offset(row, columns);
        int at1 = Panels.offset(row1, columns);
        int at2 = Panels.offset(row2, columns);
        int at3 = Panels.offset(row3, columns);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int block = 0; block < blocks; block++) {
            FloatVector scale0 = load(scales, Panels.offset(row, blocks) + block * ROWS);
            FloatVector scale1 = load(scales, Panels.offset(row1, blocks) + block * ROWS);
            FloatVector scale2 = load(scales, Panels.offset(row2, blocks) + block * ROWS);
            FloatVector scale3 = load(scales, Panels.offset(row3, blocks) + block * ROWS);
            int end = (block + 1) * Q8Matrix.BLOCK_COLUMNS;
            for (int k = block * Q8Matrix.BLOCK_COLUMNS; k < end; k++) {
                FloatVector value = broadcast(x[xAt + k]);
                sum0 = value.fma(load(w, at0 + k * ROWS).mul(scale0), sum0);
                sum1 = value.fma(load(w, at1 + k * ROWS).mul(scale1), sum1);
                sum2 = value.fma(load(w, at2 + k * ROWS).mul(scale2), sum2);
                sum3 = value.fma(load(w, at3 + k * ROWS).mul(scale3), sum3);
            }
        }
        sum0.intoArray(y, yAt + row);
        sum1.intoArray(y, yAt + row1);
        sum2.intoArray(y, yAt + row2);
        sum3.intoArray(y, yAt + row3);
    }

    @Override
    public void widen(short[] weights, int at, int count, float[] into, int to) {
        for (int i = 0; i < count; i += LANES) {
            load(weights, at + i).intoArray(into, to + i);
        }
    }

    @Override
    public void widen(Q8Matrix weights, int panel, int start, int end, float[] into, int to) {
        int at = panel * weights.columns() * ROWS + start * ROWS;
        int blocks = weights.columns() / Q8Matrix.BLOCK_COLUMNS;
        int scaleAt = (panel * blocks + start / Q8Matrix.BLOCK_COLUMNS) * ROWS;
        int count = (end - start) / Q8Matrix.BLOCK_COLUMNS;
        for (int block = 0; block < count; block++) {
            for (int lane = 0; lane < ROWS; lane += 2 * LANES) {
                int first = block * Q8Matrix.BLOCK_COLUMNS * ROWS + lane;
                widenBlock(weights, at + first, scaleAt + block * ROWS + lane, into, to + first);
            }
        }
    }

    /**
     * One block of all 16 rows for the widest registers, of two vectors of rows for the others. Four k at a time by
     * hand: C2 would spend much of so short a loop before and after the part that it unrolls. The scale is loaded here,
     * because a vector handed over to a method that is not inlined is an object.
     */
    private static void widenBlock(Q8Matrix weights, int at, int scaleAt, float[] into, int to) {
        byte[] quants = weights.quants;
        FloatVector scale = load(weights.scales, scaleAt);
        for (int i = 0; i < Q8Matrix.BLOCK_COLUMNS * ROWS; i += 4 * ROWS) {
            widenFour(quants, at + i, scale, into, to + i);
        }
        if (LANES < ROWS) {
            FloatVector second = load(weights.scales, scaleAt + LANES);
            for (int i = LANES; i < Q8Matrix.BLOCK_COLUMNS * ROWS; i += 4 * ROWS) {
                widenFour(quants, at + i, second, into, to + i);
            }
        }
    }

    private static void widenFour(byte[] quants, int at, FloatVector scale, float[] into, int to) {
        load(quants, at).mul(scale).intoArray(into, to);
        load(quants, at + ROWS).mul(scale).intoArray(into, to + ROWS);
        load(quants, at + 2 * ROWS).mul(scale).intoArray(into, to + 2 * ROWS);
        load(quants, at + 3 * ROWS).mul(scale).intoArray(into, to + 3 * ROWS);
    }

    @Override
    public void tile6(LaneLoops.Tile tile, float[] weights, float[] x, float[] y) {
        int first = tile.first;
        int second = tile.second;
        int last = tile.lastToken;
        int x0 = tile.x;
        int x1 = x0 + tile.xStride;
        int x2 = x1 + tile.xStride;
        int x3 = x2 + tile.xStride;
        int x4 = x0 + Math.min(4, last) * tile.xStride;
        int x5 = x0 + Math.min(5, last) * tile.xStride;
        int stride = tile.yStride;
        int y4 = Math.min(4, last) * stride;
        int y5 = Math.min(5, last) * stride;
        boolean zero = tile.fromZero;
        FloatVector a0 = start(zero, y, tile.y);
        FloatVector a1 = start(zero, y, tile.ySecond);
        FloatVector b0 = start(zero, y, tile.y + stride);
        FloatVector b1 = start(zero, y, tile.ySecond + stride);
        FloatVector c0 = start(zero, y, tile.y + 2 * stride);
        FloatVector c1 = start(zero, y, tile.ySecond + 2 * stride);
        FloatVector d0 = start(zero, y, tile.y + 3 * stride);
        FloatVector d1 = start(zero, y, tile.ySecond + 3 * stride);
        FloatVector e0 = start(zero, y, tile.y + y4);
        FloatVector e1 = start(zero, y, tile.ySecond + y4);
        FloatVector f0 = start(zero, y, tile.y + y5);
        FloatVector f1 = start(zero, y, tile.ySecond + y5);
        int columns = tile.columns;
        for (int k = 0; k < columns; k++) {
            FloatVector w0 = load(weights, first + k * ROWS);
            FloatVector w1 = load(weights, second + k * ROWS);
            FloatVector value = broadcast(x[x0 + k]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = broadcast(x[x1 + k]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = broadcast(x[x2 + k]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
            value = broadcast(x[x3 + k]);
            d0 = value.fma(w0, d0);
            d1 = value.fma(w1, d1);
            value = broadcast(x[x4 + k]);
            e0 = value.fma(w0, e0);
            e1 = value.fma(w1, e1);
            value = broadcast(x[x5 + k]);
            f0 = value.fma(w0, f0);
            f1 = value.fma(w1, f1);
        }
        end(a0, a1, y, tile.y, tile.ySecond);
        end(b0, b1, y, tile.y + stride, tile.ySecond + stride);
        end(c0, c1, y, tile.y + 2 * stride, tile.ySecond + 2 * stride);
        end(d0, d1, y, tile.y + 3 * stride, tile.ySecond + 3 * stride);
        end(e0, e1, y, tile.y + y4, tile.ySecond + y4);
        end(f0, f1, y, tile.y + y5, tile.ySecond + y5);
    }

    @Override
    public void tile3(LaneLoops.Tile tile, float[] weights, float[] x, float[] y) {
        int first = tile.first;
        int second = tile.second;
        int x0 = tile.x;
        int x1 = x0 + Math.min(1, tile.lastToken) * tile.xStride;
        int x2 = x0 + Math.min(2, tile.lastToken) * tile.xStride;
        int y1 = Math.min(1, tile.lastToken) * tile.yStride;
        int y2 = Math.min(2, tile.lastToken) * tile.yStride;
        boolean zero = tile.fromZero;
        FloatVector a0 = start(zero, y, tile.y);
        FloatVector a1 = start(zero, y, tile.ySecond);
        FloatVector b0 = start(zero, y, tile.y + y1);
        FloatVector b1 = start(zero, y, tile.ySecond + y1);
        FloatVector c0 = start(zero, y, tile.y + y2);
        FloatVector c1 = start(zero, y, tile.ySecond + y2);
        int columns = tile.columns;
        for (int k = 0; k < columns; k++) {
            FloatVector w0 = load(weights, first + k * ROWS);
            FloatVector w1 = load(weights, second + k * ROWS);
            FloatVector value = broadcast(x[x0 + k]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = broadcast(x[x1 + k]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = broadcast(x[x2 + k]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
        }
        end(a0, a1, y, tile.y, tile.ySecond);
        end(b0, b1, y, tile.y + y1, tile.ySecond + y1);
        end(c0, c1, y, tile.y + y2, tile.ySecond + y2);
    }

    private static FloatVector start(boolean zero, float[] y, int at) {
        return zero ? FloatVector.zero(FLOATS) : load(y, at);
    }

    private static void end(FloatVector sum0, FloatVector sum1, float[] y, int at, int second) {
        sum0.intoArray(y, at);
        sum1.intoArray(y, second);
    }
}

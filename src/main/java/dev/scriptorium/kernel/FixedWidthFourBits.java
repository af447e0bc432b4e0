package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;
import static dev.scriptorium.kernel.RoundedRows.BLOCK;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of weights of four bits with activations of eight, for one register width; defined as
 * {@link FixedWidthTiles} is. A block of 32 columns is summed in 16-bit lanes, twice as many as a register has floats,
 * and goes to y in f32. {@link RoundedRows} says why no half of a byte is taken out, {@link Q4Matrix} which lane is
 * which row.
 *
 * <p>Sums are turned into floats where they lie: the lower half of an int shifted up, the upper one with the lower
 * cleared. Both are the sum times 2^16, which the scale of x makes good.
 */
final class FixedWidthFourBits implements LaneLoops.Lines, LaneLoops.Tiles {
    private static final VectorShape SHAPE = VectorShape.forBitSize(VectorKernels.bits(MethodHandles.lookup()));
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();
    private static final int CHUNKS = HALF / LANES; // of a panel
    private static final int UPPER = 0xffff0000;

    FixedWidthFourBits() {}

    /** One chunk at a time: memory is read faster in one stream than in two. */
    @Override
    public int chunksAtOnce() {
        return 1;
    }

    @Override
    public void line(Weights weights, int chunk, int lastChunk, PackedRows rows, float[] y) {
        RoundedRows x = rows.rounded();
        int panel = chunk / CHUNKS;
        int lane = chunk % CHUNKS * LANES;
        FloatVector y0 = FloatVector.zero(FLOATS);
        FloatVector y1 = y0;
        byte[] quants = weights.bytes();
        float[] weightScales = weights.scales();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        float[] scales = x.scales();
        int columns = weights.columns();
        int quantsAt = panel * columns * HALF + 2 * lane;
        int scalesAt = panel * columns / BLOCK * ROWS + lane;
        for (int block = 0; block < columns / BLOCK; block++) {
            ShortVector first = ShortVector.broadcast(SHORTS, starts[block]);
            ShortVector second = ShortVector.zero(SHORTS);
            int from = quantsAt + block * BLOCK * HALF;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both = (ShortVector) ByteVector.fromArray(BYTES, quants, from + pair * ROWS)
                        .convertShape(VectorOperators.B2S, SHORTS, 0);
                ShortVector high = both.lanewise(VectorOperators.ASHR, 4);
                int at = block * BLOCK + 2 * pair;
                first = first.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at])));
                second = second.add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + 1])));
            }
            FloatVector scale0 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS + HALF);
            FloatVector scale = FloatVector.broadcast(FLOATS, scales[block]);
            IntVector sums = first.add(second).reinterpretAsInts();
            FloatVector lower =
                    (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            y0 = lower.mul(scale).fma(scale0, y0);
            y1 = upper.mul(scale).fma(scale1, y1);
        }
        y0.intoArray(y, panel * ROWS + lane);
        y1.intoArray(y, panel * ROWS + lane + HALF);
    }

    @Override
    public void tile(int tokens, LaneLoops.Tile tile, Weights weights, PackedRows x, float[] y) {
        switch (tokens) {
            case 4 -> tile4(tile, weights, x.rounded(), y);
            case 6 -> tile6(tile, weights, x.rounded(), y);
            default -> throw new IllegalArgumentException("a tile of " + tokens + " tokens; there is none");
        }
    }

    private static void tile4(LaneLoops.Tile tile, Weights weights, RoundedRows x, float[] y) {
        int stride = tile.yStride;
        int last = tile.lastToken;
        int y0 = tile.y;
        int y1 = y0 + Math.min(1, last) * stride;
        int y2 = y0 + Math.min(2, last) * stride;
        int y3 = y0 + Math.min(3, last) * stride;
        FloatVector a0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector a1 = FloatVector.fromArray(FLOATS, y, y0 + HALF);
        FloatVector b0 = FloatVector.fromArray(FLOATS, y, y1);
        FloatVector b1 = FloatVector.fromArray(FLOATS, y, y1 + HALF);
        FloatVector c0 = FloatVector.fromArray(FLOATS, y, y2);
        FloatVector c1 = FloatVector.fromArray(FLOATS, y, y2 + HALF);
        FloatVector d0 = FloatVector.fromArray(FLOATS, y, y3);
        FloatVector d1 = FloatVector.fromArray(FLOATS, y, y3 + HALF);
        byte[] quants = weights.bytes();
        float[] weightScales = weights.scales();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        float[] scales = x.scales();
        int columns = weights.columns();
        int quantsAt = (tile.panel * columns + tile.start) * HALF + 2 * tile.lane;
        int scalesAt = (tile.panel * columns + tile.start) / BLOCK * ROWS + tile.lane;
        int blocks = (tile.end - tile.start) / BLOCK;
        int blockAt = tile.x / BLOCK;
        for (int block = 0; block < blocks; block++) {
            ShortVector a = ShortVector.broadcast(SHORTS, starts[blockAt + block * 4]);
            ShortVector b = ShortVector.broadcast(SHORTS, starts[blockAt + block * 4 + 1]);
            ShortVector c = ShortVector.broadcast(SHORTS, starts[blockAt + block * 4 + 2]);
            ShortVector d = ShortVector.broadcast(SHORTS, starts[blockAt + block * 4 + 3]);
            int from = quantsAt + block * BLOCK * HALF;
            int at = tile.x + block * BLOCK * 4;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both = (ShortVector) ByteVector.fromArray(BYTES, quants, from + pair * ROWS)
                        .convertShape(VectorOperators.B2S, SHORTS, 0);
                ShortVector high = both.lanewise(VectorOperators.ASHR, 4);
                a = a.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 1])));
                b = b.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 2])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 3])));
                c = c.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 4])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 5])));
                d = d.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 6])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 8 + 7])));
            }
            FloatVector scale0 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS + HALF);
            FloatVector scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 4]);
            IntVector sums = a.reinterpretAsInts();
            FloatVector lower =
                    (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            a0 = lower.mul(scale).fma(scale0, a0);
            a1 = upper.mul(scale).fma(scale1, a1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 4 + 1]);
            sums = b.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            b0 = lower.mul(scale).fma(scale0, b0);
            b1 = upper.mul(scale).fma(scale1, b1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 4 + 2]);
            sums = c.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            c0 = lower.mul(scale).fma(scale0, c0);
            c1 = upper.mul(scale).fma(scale1, c1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 4 + 3]);
            sums = d.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            d0 = lower.mul(scale).fma(scale0, d0);
            d1 = upper.mul(scale).fma(scale1, d1);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + HALF);
        b0.intoArray(y, y1);
        b1.intoArray(y, y1 + HALF);
        c0.intoArray(y, y2);
        c1.intoArray(y, y2 + HALF);
        d0.intoArray(y, y3);
        d1.intoArray(y, y3 + HALF);
    }

    private static void tile6(LaneLoops.Tile tile, Weights weights, RoundedRows x, float[] y) {
        int stride = tile.yStride;
        int last = tile.lastToken;
        int y0 = tile.y;
        int y1 = y0 + Math.min(1, last) * stride;
        int y2 = y0 + Math.min(2, last) * stride;
        int y3 = y0 + Math.min(3, last) * stride;
        int y4 = y0 + Math.min(4, last) * stride;
        int y5 = y0 + Math.min(5, last) * stride;
        FloatVector a0 = FloatVector.fromArray(FLOATS, y, y0);
        FloatVector a1 = FloatVector.fromArray(FLOATS, y, y0 + HALF);
        FloatVector b0 = FloatVector.fromArray(FLOATS, y, y1);
        FloatVector b1 = FloatVector.fromArray(FLOATS, y, y1 + HALF);
        FloatVector c0 = FloatVector.fromArray(FLOATS, y, y2);
        FloatVector c1 = FloatVector.fromArray(FLOATS, y, y2 + HALF);
        FloatVector d0 = FloatVector.fromArray(FLOATS, y, y3);
        FloatVector d1 = FloatVector.fromArray(FLOATS, y, y3 + HALF);
        FloatVector e0 = FloatVector.fromArray(FLOATS, y, y4);
        FloatVector e1 = FloatVector.fromArray(FLOATS, y, y4 + HALF);
        FloatVector f0 = FloatVector.fromArray(FLOATS, y, y5);
        FloatVector f1 = FloatVector.fromArray(FLOATS, y, y5 + HALF);
        byte[] quants = weights.bytes();
        float[] weightScales = weights.scales();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        float[] scales = x.scales();
        int columns = weights.columns();
        int quantsAt = (tile.panel * columns + tile.start) * HALF + 2 * tile.lane;
        int scalesAt = (tile.panel * columns + tile.start) / BLOCK * ROWS + tile.lane;
        int blocks = (tile.end - tile.start) / BLOCK;
        int blockAt = tile.x / BLOCK;
        for (int block = 0; block < blocks; block++) {
            ShortVector a = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6]);
            ShortVector b = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6 + 1]);
            ShortVector c = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6 + 2]);
            ShortVector d = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6 + 3]);
            ShortVector e = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6 + 4]);
            ShortVector f = ShortVector.broadcast(SHORTS, starts[blockAt + block * 6 + 5]);
            int from = quantsAt + block * BLOCK * HALF;
            int at = tile.x + block * BLOCK * 6;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both = (ShortVector) ByteVector.fromArray(BYTES, quants, from + pair * ROWS)
                        .convertShape(VectorOperators.B2S, SHORTS, 0);
                ShortVector high = both.lanewise(VectorOperators.ASHR, 4);
                a = a.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 1])));
                b = b.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 2])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 3])));
                c = c.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 4])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 5])));
                d = d.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 6])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 7])));
                e = e.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 8])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 9])));
                f = f.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 10])))
                        .add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + pair * 12 + 11])));
            }
            FloatVector scale0 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS);
            FloatVector scale1 = FloatVector.fromArray(FLOATS, weightScales, scalesAt + block * ROWS + HALF);
            FloatVector scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6]);
            IntVector sums = a.reinterpretAsInts();
            FloatVector lower =
                    (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            FloatVector upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            a0 = lower.mul(scale).fma(scale0, a0);
            a1 = upper.mul(scale).fma(scale1, a1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6 + 1]);
            sums = b.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            b0 = lower.mul(scale).fma(scale0, b0);
            b1 = upper.mul(scale).fma(scale1, b1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6 + 2]);
            sums = c.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            c0 = lower.mul(scale).fma(scale0, c0);
            c1 = upper.mul(scale).fma(scale1, c1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6 + 3]);
            sums = d.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            d0 = lower.mul(scale).fma(scale0, d0);
            d1 = upper.mul(scale).fma(scale1, d1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6 + 4]);
            sums = e.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            e0 = lower.mul(scale).fma(scale0, e0);
            e1 = upper.mul(scale).fma(scale1, e1);
            scale = FloatVector.broadcast(FLOATS, scales[blockAt + block * 6 + 5]);
            sums = f.reinterpretAsInts();
            lower = (FloatVector) sums.lanewise(VectorOperators.LSHL, 16).convertShape(VectorOperators.I2F, FLOATS, 0);
            upper = (FloatVector) sums.and(UPPER).convertShape(VectorOperators.I2F, FLOATS, 0);
            f0 = lower.mul(scale).fma(scale0, f0);
            f1 = upper.mul(scale).fma(scale1, f1);
        }
        a0.intoArray(y, y0);
        a1.intoArray(y, y0 + HALF);
        b0.intoArray(y, y1);
        b1.intoArray(y, y1 + HALF);
        c0.intoArray(y, y2);
        c1.intoArray(y, y2 + HALF);
        d0.intoArray(y, y3);
        d1.intoArray(y, y3 + HALF);
        e0.intoArray(y, y4);
        e1.intoArray(y, y4 + HALF);
        f0.intoArray(y, y5);
        f1.intoArray(y, y5 + HALF);
    }
}

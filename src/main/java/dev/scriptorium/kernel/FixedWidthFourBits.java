package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;
import static dev.scriptorium.kernel.RoundedRows.BLOCK;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.B2S;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of weights of four bits with activations of eight, for one register width; defined as
 * {@link FixedWidthTiles} is. A block of 32 columns is summed in 16-bit lanes, twice as many as a register has floats,
 * and goes to y in f32. {@link RoundedRows} says why no half of a byte is taken out, {@link Q4Matrix} which lane is
 * which row.
 *
 * <p>A tile is two chunks of rows by 4 or 8 tokens, so that each broadcast number of x serves two multiplications. It
 * must serve two for another reason: of an expression with two loads C2 broadcasts only one from memory, and takes the
 * other through a general register, which costs as much as the multiplication. Sums of all blocks go through memory:
 * they need the registers while they are summed up, and methods of one concern are small enough for both compilers.
 *
 * <p>Sums are turned into floats where they lie: the lower half of an int shifted up, the upper one with the lower
 * cleared. Both are the sum times 2^16, which the scale of x makes good. Scales of two rows lie in one int alike.
 */
final class FixedWidthFourBits implements LaneLoops.Lines, LaneLoops.Tiles {
    private static final VectorShape SHAPE = VectorShape.forBitSize(VectorKernels.bits(MethodHandles.lookup()));
    private static final VectorSpecies<Float> FLOATS = VectorSpecies.of(float.class, SHAPE);
    private static final VectorSpecies<Short> SHORTS = VectorSpecies.of(short.class, SHAPE);
    private static final VectorSpecies<Byte> BYTES =
            VectorSpecies.of(byte.class, VectorShape.forBitSize(SHAPE.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();
    private static final int SUMS = SHORTS.length(); // in a register
    private static final int CHUNKS = HALF / LANES; // of a panel
    private static final int UPPER = 0xffff0000;
    /** Sign, exponent and fraction of an f16 where a float has them; such a float times F16_UNIT is the f16. */
    private static final int F16_BITS = 0x8fffe000;

    private static final float F16_UNIT = 0x1p112f;

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
        short[] weightScales = weights.shorts();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        float[] scales = x.scales();
        int columns = weights.columns();
        int quantsAt = panel * columns * HALF + 2 * lane;
        int scalesAt = panel * columns / BLOCK * ROWS + 2 * lane;
        for (int block = 0; block < columns / BLOCK; block++) {
            ShortVector first = ShortVector.broadcast(SHORTS, starts[block]);
            ShortVector second = ShortVector.zero(SHORTS);
            int from = quantsAt + block * BLOCK * HALF;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both = (ShortVector)
                        ByteVector.fromArray(BYTES, quants, from + pair * ROWS).convertShape(B2S, SHORTS, 0);
                ShortVector high = both.lanewise(ASHR, 4);
                int at = block * BLOCK + 2 * pair;
                first = first.add(both.mul(ShortVector.broadcast(SHORTS, pairs[at])));
                second = second.add(high.mul(ShortVector.broadcast(SHORTS, pairs[at + 1])));
            }
            IntVector halves = ShortVector.fromArray(SHORTS, weightScales, scalesAt + block * ROWS)
                    .reinterpretAsInts();
            FloatVector scale0 = halves.lanewise(LSHL, 16)
                    .lanewise(ASHR, 3)
                    .and(F16_BITS)
                    .reinterpretAsFloats()
                    .mul(F16_UNIT);
            FloatVector scale1 =
                    halves.lanewise(ASHR, 3).and(F16_BITS).reinterpretAsFloats().mul(F16_UNIT);
            FloatVector scale = FloatVector.broadcast(FLOATS, scales[block]);
            IntVector sums = first.add(second).reinterpretAsInts();
            FloatVector lower = (FloatVector) sums.lanewise(LSHL, 16).convertShape(I2F, FLOATS, 0);
            FloatVector upper = (FloatVector) sums.and(UPPER).convertShape(I2F, FLOATS, 0);
            y0 = lower.mul(scale).fma(scale0, y0);
            y1 = upper.mul(scale).fma(scale1, y1);
        }
        y0.intoArray(y, panel * ROWS + lane);
        y1.intoArray(y, panel * ROWS + lane + HALF);
    }

    /** Two chunks beside each other: each broadcast number of x serves both. */
    @Override
    public int tileChunks() {
        return 2;
    }

    @Override
    public void tile(int tokens, LaneLoops.Tile tile, Weights weights, PackedRows x, float[] y) {
        int panel = tile.panel;
        int nextPanel = CHUNKS > 1 ? panel : Math.min(panel + 1, tile.lastPanel);
        int nextLane = CHUNKS > 1 ? tile.lane + LANES : tile.lane;
        switch (tokens) {
            case 4 -> sum4(tile, nextPanel, nextLane, weights, x.rounded());
            case 8 -> sum8(tile, nextPanel, nextLane, weights, x.rounded());
            default -> throw new IllegalArgumentException("a tile of " + tokens + " tokens; there is none");
        }
        int blocks = (tile.end - tile.start) / BLOCK;
        widenScales(weights, panel, tile.lane, tile.start, blocks, tile.scales, 0);
        widenScales(weights, nextPanel, nextLane, tile.start, blocks, tile.scales, 2 * LANES);
        float[] scales = x.rounded().scales();
        for (int token = 0; token <= tile.lastToken; token++) {
            int to = tile.y + token * tile.yStride;
            int next = to + (nextPanel - panel) * ROWS + nextLane - tile.lane;
            settle(tile, token, tokens, blocks, scales, y, to, next);
        }
    }

    /** Writes the sums of two chunks' blocks by four tokens, integers, to {@link LaneLoops.Tile#sums}. */
    private static void sum4(LaneLoops.Tile tile, int nextPanel, int nextLane, Weights weights, RoundedRows x) {
        byte[] quants = weights.bytes();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        short[] sums = tile.sums;
        int columns = weights.columns();
        int quantsAt = (tile.panel * columns + tile.start) * HALF + 2 * tile.lane;
        int nextQuantsAt = (nextPanel * columns + tile.start) * HALF + 2 * nextLane;
        int blocks = (tile.end - tile.start) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            int blockAt = tile.x / BLOCK + block * 4;
            ShortVector a0 = ShortVector.broadcast(SHORTS, starts[blockAt]);
            ShortVector a1 = a0;
            ShortVector b0 = ShortVector.broadcast(SHORTS, starts[blockAt + 1]);
            ShortVector b1 = b0;
            ShortVector c0 = ShortVector.broadcast(SHORTS, starts[blockAt + 2]);
            ShortVector c1 = c0;
            ShortVector d0 = ShortVector.broadcast(SHORTS, starts[blockAt + 3]);
            ShortVector d1 = d0;
            int from = quantsAt + block * BLOCK * HALF;
            int nextFrom = nextQuantsAt + block * BLOCK * HALF;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both0 = (ShortVector)
                        ByteVector.fromArray(BYTES, quants, from + pair * ROWS).convertShape(B2S, SHORTS, 0);
                ShortVector both1 = (ShortVector) ByteVector.fromArray(BYTES, quants, nextFrom + pair * ROWS)
                        .convertShape(B2S, SHORTS, 0);
                ShortVector high0 = both0.lanewise(ASHR, 4);
                ShortVector high1 = both1.lanewise(ASHR, 4);
                int at = tile.x + block * BLOCK * 4 + pair * 8;
                ShortVector value = ShortVector.broadcast(SHORTS, pairs[at]);
                a0 = a0.add(both0.mul(value));
                a1 = a1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 1]);
                a0 = a0.add(high0.mul(value));
                a1 = a1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 2]);
                b0 = b0.add(both0.mul(value));
                b1 = b1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 3]);
                b0 = b0.add(high0.mul(value));
                b1 = b1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 4]);
                c0 = c0.add(both0.mul(value));
                c1 = c1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 5]);
                c0 = c0.add(high0.mul(value));
                c1 = c1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 6]);
                d0 = d0.add(both0.mul(value));
                d1 = d1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 7]);
                d0 = d0.add(high0.mul(value));
                d1 = d1.add(high1.mul(value));
            }
            int to = block * 8 * SUMS;
            a0.intoArray(sums, to);
            a1.intoArray(sums, to + SUMS);
            b0.intoArray(sums, to + 2 * SUMS);
            b1.intoArray(sums, to + 3 * SUMS);
            c0.intoArray(sums, to + 4 * SUMS);
            c1.intoArray(sums, to + 5 * SUMS);
            d0.intoArray(sums, to + 6 * SUMS);
            d1.intoArray(sums, to + 7 * SUMS);
        }
    }

    /** The same for eight tokens. */
    private static void sum8(LaneLoops.Tile tile, int nextPanel, int nextLane, Weights weights, RoundedRows x) {
        byte[] quants = weights.bytes();
        short[] pairs = x.pairs();
        short[] starts = x.starts();
        short[] sums = tile.sums;
        int columns = weights.columns();
        int quantsAt = (tile.panel * columns + tile.start) * HALF + 2 * tile.lane;
        int nextQuantsAt = (nextPanel * columns + tile.start) * HALF + 2 * nextLane;
        int blocks = (tile.end - tile.start) / BLOCK;
        for (int block = 0; block < blocks; block++) {
            int blockAt = tile.x / BLOCK + block * 8;
            ShortVector a0 = ShortVector.broadcast(SHORTS, starts[blockAt]);
            ShortVector a1 = a0;
            ShortVector b0 = ShortVector.broadcast(SHORTS, starts[blockAt + 1]);
            ShortVector b1 = b0;
            ShortVector c0 = ShortVector.broadcast(SHORTS, starts[blockAt + 2]);
            ShortVector c1 = c0;
            ShortVector d0 = ShortVector.broadcast(SHORTS, starts[blockAt + 3]);
            ShortVector d1 = d0;
            ShortVector e0 = ShortVector.broadcast(SHORTS, starts[blockAt + 4]);
            ShortVector e1 = e0;
            ShortVector f0 = ShortVector.broadcast(SHORTS, starts[blockAt + 5]);
            ShortVector f1 = f0;
            ShortVector g0 = ShortVector.broadcast(SHORTS, starts[blockAt + 6]);
            ShortVector g1 = g0;
            ShortVector h0 = ShortVector.broadcast(SHORTS, starts[blockAt + 7]);
            ShortVector h1 = h0;
            int from = quantsAt + block * BLOCK * HALF;
            int nextFrom = nextQuantsAt + block * BLOCK * HALF;
            for (int pair = 0; pair < BLOCK / 2; pair++) {
                ShortVector both0 = (ShortVector)
                        ByteVector.fromArray(BYTES, quants, from + pair * ROWS).convertShape(B2S, SHORTS, 0);
                ShortVector both1 = (ShortVector) ByteVector.fromArray(BYTES, quants, nextFrom + pair * ROWS)
                        .convertShape(B2S, SHORTS, 0);
                ShortVector high0 = both0.lanewise(ASHR, 4);
                ShortVector high1 = both1.lanewise(ASHR, 4);
                int at = tile.x + block * BLOCK * 8 + pair * 16;
                ShortVector value = ShortVector.broadcast(SHORTS, pairs[at]);
                a0 = a0.add(both0.mul(value));
                a1 = a1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 1]);
                a0 = a0.add(high0.mul(value));
                a1 = a1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 2]);
                b0 = b0.add(both0.mul(value));
                b1 = b1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 3]);
                b0 = b0.add(high0.mul(value));
                b1 = b1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 4]);
                c0 = c0.add(both0.mul(value));
                c1 = c1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 5]);
                c0 = c0.add(high0.mul(value));
                c1 = c1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 6]);
                d0 = d0.add(both0.mul(value));
                d1 = d1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 7]);
                d0 = d0.add(high0.mul(value));
                d1 = d1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 8]);
                e0 = e0.add(both0.mul(value));
                e1 = e1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 9]);
                e0 = e0.add(high0.mul(value));
                e1 = e1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 10]);
                f0 = f0.add(both0.mul(value));
                f1 = f1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 11]);
                f0 = f0.add(high0.mul(value));
                f1 = f1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 12]);
                g0 = g0.add(both0.mul(value));
                g1 = g1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 13]);
                g0 = g0.add(high0.mul(value));
                g1 = g1.add(high1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 14]);
                h0 = h0.add(both0.mul(value));
                h1 = h1.add(both1.mul(value));
                value = ShortVector.broadcast(SHORTS, pairs[at + 15]);
                h0 = h0.add(high0.mul(value));
                h1 = h1.add(high1.mul(value));
            }
            int to = block * 16 * SUMS;
            a0.intoArray(sums, to);
            a1.intoArray(sums, to + SUMS);
            b0.intoArray(sums, to + 2 * SUMS);
            b1.intoArray(sums, to + 3 * SUMS);
            c0.intoArray(sums, to + 4 * SUMS);
            c1.intoArray(sums, to + 5 * SUMS);
            d0.intoArray(sums, to + 6 * SUMS);
            d1.intoArray(sums, to + 7 * SUMS);
            e0.intoArray(sums, to + 8 * SUMS);
            e1.intoArray(sums, to + 9 * SUMS);
            f0.intoArray(sums, to + 10 * SUMS);
            f1.intoArray(sums, to + 11 * SUMS);
            g0.intoArray(sums, to + 12 * SUMS);
            g1.intoArray(sums, to + 13 * SUMS);
            h0.intoArray(sums, to + 14 * SUMS);
            h1.intoArray(sums, to + 15 * SUMS);
        }
    }

    /** Writes the scales of one chunk's blocks to its place in {@link LaneLoops.Tile#scales}. */
    private static void widenScales(
            Weights weights, int panel, int lane, int start, int blocks, float[] scales, int to) {
        short[] halves = weights.shorts();
        int from = (panel * weights.columns() + start) / BLOCK * ROWS + 2 * lane;
        for (int block = 0; block < blocks; block++) {
            IntVector two =
                    ShortVector.fromArray(SHORTS, halves, from + block * ROWS).reinterpretAsInts();
            IntVector lower = two.lanewise(LSHL, 16).lanewise(ASHR, 3).and(F16_BITS);
            lower.reinterpretAsFloats().mul(F16_UNIT).intoArray(scales, to + block * 4 * LANES);
            IntVector upper = two.lanewise(ASHR, 3).and(F16_BITS);
            upper.reinterpretAsFloats().mul(F16_UNIT).intoArray(scales, to + block * 4 * LANES + LANES);
        }
    }

    /** Adds all blocks' sums of one token to y, where the two chunks may be the same one. */
    private static void settle(
            LaneLoops.Tile tile, int token, int tokens, int blocks, float[] xScales, float[] y, int to, int next) {
        short[] sums = tile.sums;
        float[] scales = tile.scales;
        FloatVector lower0 = FloatVector.fromArray(FLOATS, y, to);
        FloatVector upper0 = FloatVector.fromArray(FLOATS, y, to + HALF);
        FloatVector lower1 = FloatVector.fromArray(FLOATS, y, next);
        FloatVector upper1 = FloatVector.fromArray(FLOATS, y, next + HALF);
        int xAt = tile.x / BLOCK + token;
        for (int block = 0; block < blocks; block++) {
            FloatVector scale = FloatVector.broadcast(FLOATS, xScales[xAt + block * tokens]);
            int from = (block * tokens + token) * 2 * SUMS;
            int scaleAt = block * 4 * LANES;
            IntVector two = ShortVector.fromArray(SHORTS, sums, from).reinterpretAsInts();
            FloatVector sum = (FloatVector) two.lanewise(LSHL, 16).convertShape(I2F, FLOATS, 0);
            lower0 = sum.mul(scale).fma(FloatVector.fromArray(FLOATS, scales, scaleAt), lower0);
            sum = (FloatVector) two.and(UPPER).convertShape(I2F, FLOATS, 0);
            upper0 = sum.mul(scale).fma(FloatVector.fromArray(FLOATS, scales, scaleAt + LANES), upper0);
            two = ShortVector.fromArray(SHORTS, sums, from + SUMS).reinterpretAsInts();
            sum = (FloatVector) two.lanewise(LSHL, 16).convertShape(I2F, FLOATS, 0);
            lower1 = sum.mul(scale).fma(FloatVector.fromArray(FLOATS, scales, scaleAt + 2 * LANES), lower1);
            sum = (FloatVector) two.and(UPPER).convertShape(I2F, FLOATS, 0);
            upper1 = sum.mul(scale).fma(FloatVector.fromArray(FLOATS, scales, scaleAt + 3 * LANES), upper1);
        }
        lower0.intoArray(y, to);
        upper0.intoArray(y, to + HALF);
        lower1.intoArray(y, next);
        upper1.intoArray(y, next + HALF);
    }
}

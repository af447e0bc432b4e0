package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Kernels.BLOCK_POSITIONS;
import static dev.scriptorium.kernel.Kernels.SUM_LANES;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The loops that are not matrix products; defined once a width, as {@link FixedWidthTiles} is, which says why no vector
 * goes through a method of ours.
 *
 * <p>Never {@code reduceLanes(ADD)}: its order is not defined. Sums stay in their 16 logical accumulators, one register
 * of them at a time, until {@link ScalarKernels#fold}.
 */
final class FixedWidthRows implements LaneLoops.Rows {
    private static final VectorSpecies<Float> FLOATS =
            VectorSpecies.of(float.class, VectorShape.forBitSize(VectorKernels.bits(MethodHandles.lookup())));

    private static final int LANES = FLOATS.length();

    FixedWidthRows() {}

    @Override
    public float sumOfSquares(float[] x, int at, int size, float[] sums) {
        int whole = size & -SUM_LANES;
        for (int lane = 0; lane < SUM_LANES; lane += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < whole; i += SUM_LANES) {
                FloatVector value = FloatVector.fromArray(FLOATS, x, at + i);
                sum = value.fma(value, sum);
            }
            sum.intoArray(sums, lane);
        }
        for (int i = whole; i < size; i++) {
            sums[i - whole] = Math.fma(x[at + i], x[at + i], sums[i - whole]);
        }
        return ScalarKernels.fold(sums);
    }

    private static float max(float[] values, int at, int size) {
        int whole = FLOATS.loopBound(size);
        FloatVector max = FloatVector.broadcast(FLOATS, values[at]);
        for (int i = 0; i < whole; i += LANES) {
            max = max.max(FloatVector.fromArray(FLOATS, values, at + i));
        }
        float most = max.reduceLanes(VectorOperators.MAX); // a maximum has no order
        for (int i = whole; i < size; i++) {
            most = Math.max(most, values[at + i]);
        }
        return most;
    }

    @Override
    public float exponentials(float[] values, int at, int size, float[] sums) {
        float max = max(values, at, size);
        exponentials(values, at, size, 1f, max, values, at);
        int whole = size & -SUM_LANES;
        for (int lane = 0; lane < SUM_LANES; lane += LANES) {
            FloatVector sum = FloatVector.zero(FLOATS);
            for (int i = lane; i < whole; i += SUM_LANES) {
                sum = sum.add(FloatVector.fromArray(FLOATS, values, at + i));
            }
            sum.intoArray(sums, lane);
        }
        for (int i = whole; i < size; i++) {
            sums[i - whole] += values[at + i];
        }
        return ScalarKernels.fold(sums);
    }

    /**
     * to[toAt + i] = exp(sign x[at + i] - shift), by {@link Exp#exp} step by step. A loop, not a method for one vector:
     * C2 does not inline what it has compiled by itself into much code, and then each vector is an object.
     */
    private static void exponentials(float[] x, int at, int size, float sign, float shift, float[] to, int toAt) {
        int whole = FLOATS.loopBound(size);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector value =
                    FloatVector.fromArray(FLOATS, x, at + i).mul(sign).sub(shift);
            FloatVector clamped = value.max(Exp.LEAST).min(Exp.MOST);
            FloatVector shifted =
                    clamped.fma(FloatVector.broadcast(FLOATS, Exp.LOG2_E), FloatVector.broadcast(FLOATS, Exp.ROUNDER));
            FloatVector n = shifted.sub(Exp.ROUNDER);
            FloatVector r = n.fma(
                    FloatVector.broadcast(FLOATS, -Exp.LN2_LOW),
                    n.fma(FloatVector.broadcast(FLOATS, -Exp.LN2_HIGH), clamped));
            FloatVector p = r.fma(FloatVector.broadcast(FLOATS, Exp.C7), FloatVector.broadcast(FLOATS, Exp.C6));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C5));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C4));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C3));
            p = p.fma(r, FloatVector.broadcast(FLOATS, Exp.C2));
            p = p.fma(r.mul(r), r).add(1f);
            IntVector exponent = shifted.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, Exp.FRACTION_BITS)
                    .add(Exp.ONE_BITS);
            p.mul(exponent.reinterpretAsFloats())
                    .blend(0f, value.compare(VectorOperators.LT, Exp.LEAST))
                    .intoArray(to, toAt + i);
        }
        for (int i = whole; i < size; i++) {
            to[toAt + i] = Exp.exp(x[at + i] * sign - shift);
        }
    }

    @Override
    public void scale(float[] x, int at, int size, float factor) {
        int whole = FLOATS.loopBound(size);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(FLOATS, x, at + i).mul(factor).intoArray(x, at + i);
        }
        for (int i = whole; i < size; i++) {
            x[at + i] *= factor;
        }
    }

    @Override
    public void scaleBy(float[] x, int at, float factor, float[] weights, float[] y) {
        int whole = FLOATS.loopBound(weights.length);
        for (int i = 0; i < whole; i += LANES) {
            FloatVector.fromArray(FLOATS, x, at + i)
                    .mul(factor)
                    .mul(FloatVector.fromArray(FLOATS, weights, i))
                    .intoArray(y, at + i);
        }
        for (int i = whole; i < weights.length; i++) {
            y[at + i] = x[at + i] * factor * weights[i];
        }
    }

    @Override
    public void swiglu(float[] gate, float[] up, int at, int size, float[] room) {
        for (int done = 0; done < size; done += room.length) {
            int from = at + done;
            int count = Math.min(room.length, size - done);
            exponentials(gate, from, count, -1f, 0f, room, 0);
            int whole = FLOATS.loopBound(count);
            for (int i = 0; i < whole; i += LANES) {
                FloatVector silu = FloatVector.fromArray(FLOATS, gate, from + i)
                        .div(FloatVector.fromArray(FLOATS, room, i).add(1f));
                silu.mul(FloatVector.fromArray(FLOATS, up, from + i)).intoArray(gate, from + i);
            }
            for (int i = whole; i < count; i++) {
                gate[from + i] = gate[from + i] / (1f + room[i]) * up[from + i];
            }
        }
    }

    /** Four blocks at a time; if fewer are left, the last one again: the same bits go to the same place. */
    @Override
    public void scores(
            Kernels.Head head, float[] query, int at, float[][] blocks, int keysAt, int positions, float[] scores) {
        int last = (positions - 1) / BLOCK_POSITIONS;
        for (int block = 0; block <= last; block += 4) {
            for (int lane = 0; lane < BLOCK_POSITIONS; lane += LANES) {
                scores(head, query, at, blocks, block, last, keysAt + lane, scores, lane);
            }
        }
    }

    private static void scores(
            Kernels.Head head,
            float[] query,
            int at,
            float[][] blocks,
            int block,
            int last,
            int keysAt,
            float[] scores,
            int to) {
        int block1 = Math.min(block + 1, last);
        int block2 = Math.min(block + 2, last);
        int block3 = Math.min(block + 3, last);
        float[] keys0 = blocks[block];
        float[] keys1 = blocks[block1];
        float[] keys2 = blocks[block2];
        float[] keys3 = blocks[block3];
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int d = 0; d < head.size(); d++) {
            FloatVector value = FloatVector.broadcast(FLOATS, query[at + d]);
            int key = keysAt + d * BLOCK_POSITIONS;
            sum0 = value.fma(FloatVector.fromArray(FLOATS, keys0, key), sum0);
            sum1 = value.fma(FloatVector.fromArray(FLOATS, keys1, key), sum1);
            sum2 = value.fma(FloatVector.fromArray(FLOATS, keys2, key), sum2);
            sum3 = value.fma(FloatVector.fromArray(FLOATS, keys3, key), sum3);
        }
        float scale = head.scale();
        sum0.mul(scale).intoArray(scores, to + block * BLOCK_POSITIONS);
        sum1.mul(scale).intoArray(scores, to + block1 * BLOCK_POSITIONS);
        sum2.mul(scale).intoArray(scores, to + block2 * BLOCK_POSITIONS);
        sum3.mul(scale).intoArray(scores, to + block3 * BLOCK_POSITIONS);
    }

    @Override
    public void mix(float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out) {
        int d = 0;
        for (; d + 4 * LANES <= width; d += 4 * LANES) {
            mix4(shares, positions, blocks, valuesAt + d, width, out, d);
        }
        for (; d < width; d += 2 * LANES) {
            mix2(shares, positions, blocks, valuesAt + d, width, out, d);
        }
    }

    private static void mix4(
            float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out, int to) {
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        for (int first = 0; first < positions; first += BLOCK_POSITIONS) {
            float[] values = blocks[first / BLOCK_POSITIONS];
            int count = Math.min(BLOCK_POSITIONS, positions - first);
            for (int i = 0; i < count; i++) {
                FloatVector share = FloatVector.broadcast(FLOATS, shares[first + i]);
                int at = valuesAt + i * width;
                sum0 = share.fma(FloatVector.fromArray(FLOATS, values, at), sum0);
                sum1 = share.fma(FloatVector.fromArray(FLOATS, values, at + LANES), sum1);
                sum2 = share.fma(FloatVector.fromArray(FLOATS, values, at + 2 * LANES), sum2);
                sum3 = share.fma(FloatVector.fromArray(FLOATS, values, at + 3 * LANES), sum3);
            }
        }
        sum0.intoArray(out, to);
        sum1.intoArray(out, to + LANES);
        sum2.intoArray(out, to + 2 * LANES);
        sum3.intoArray(out, to + 3 * LANES);
    }

    private static void mix2(
            float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out, int to) {
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        for (int first = 0; first < positions; first += BLOCK_POSITIONS) {
            float[] values = blocks[first / BLOCK_POSITIONS];
            int count = Math.min(BLOCK_POSITIONS, positions - first);
            for (int i = 0; i < count; i++) {
                FloatVector share = FloatVector.broadcast(FLOATS, shares[first + i]);
                int at = valuesAt + i * width;
                sum0 = share.fma(FloatVector.fromArray(FLOATS, values, at), sum0);
                sum1 = share.fma(FloatVector.fromArray(FLOATS, values, at + LANES), sum1);
            }
        }
        sum0.intoArray(out, to);
        sum1.intoArray(out, to + LANES);
    }
}

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/**
 * Tiles of matrix products, for whatever width and kind of weight is in the class data. {@link VectorKernels} defines
 * this code once for each; nobody else may name this class, whose own initialiser finds nothing. The weights are
 * widened in registers as they stream by.
 *
 * <p>Two vectors of rows by 12 tokens leave the widest registers, of which there are 32, with room for the weights, the
 * broadcast x and what widening needs; by 6 tokens the narrower ones, of which there may be 16. Always {@code acc =
 * x.fma(w, acc)}: with the accumulator as the receiver C2 destroys an operand that it still needs. Vectors are loaded
 * and stored without methods of our own around it: past 18,000 nodes C2 inlines only what the JDK tells it to, and a
 * vector that goes through a call is an object.
 */
final class FixedWidthTiles implements LaneLoops.Tiles, LaneLoops.Slices {
    private static final Widening WIDENING = VectorKernels.widening(MethodHandles.lookup());
    private static final VectorSpecies<Float> FLOATS = WIDENING.floats();

    FixedWidthTiles() {}

    @Override
    public void widen(Weights weights, int panel, int start, int end, float[] into) {
        int count = end - start;
        for (int lane = 0; lane < HALF; lane += FLOATS.length()) {
            int scales = WIDENING.scales(weights, panel) + lane;
            int from = WIDENING.at(weights, panel, start) + lane;
            for (int k = 0; k < count; k++) {
                int at = k * ROWS + lane;
                FloatVector scale = WIDENING.scale(weights, scales, start + k);
                WIDENING.widen(weights, from, k, 0, scale).intoArray(into, at);
                scale = WIDENING.scale(weights, scales + HALF, start + k);
                WIDENING.widen(weights, from, k, 1, scale).intoArray(into, at + HALF);
            }
        }
    }

    @Override
    public int tileChunks() {
        return 1;
    }

    @Override
    public void tile(int tokens, LaneLoops.Tile tile, Weights weights, PackedRows x, float[] y) {
        switch (tokens) {
            case 4 -> tile4(tile, weights, x.values(), y);
            case 6 -> tile6(tile, weights, x.values(), y);
            case 8 -> tile8(tile, weights, x.values(), y);
            case 12 -> tile12(tile, weights, x.values(), y);
            default -> throw new IllegalArgumentException("a tile of " + tokens + " tokens; there is none");
        }
    }

    private static void tile4(LaneLoops.Tile tile, Weights weights, float[] x, float[] y) {
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
        int at = tile.x;
        int start = tile.start;
        int count = tile.end - start;
        int scales = WIDENING.scales(weights, tile.panel) + tile.lane;
        int from = WIDENING.at(weights, tile.panel, start) + tile.lane;
        int ahead = tile.ahead;
        VectorMask<?> noLanes = WIDENING.lanes(tile.noLanes);
        for (int k = 0; k < count; k++) {
            if (ahead != 0) {
                WIDENING.fetch(weights, from + ahead, k, noLanes);
            }
            FloatVector w0 = WIDENING.widen(weights, from, k, 0, WIDENING.scale(weights, scales, start + k));
            FloatVector w1 = WIDENING.widen(weights, from, k, 1, WIDENING.scale(weights, scales + HALF, start + k));
            FloatVector value = FloatVector.broadcast(FLOATS, x[at + k * 4]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 4 + 1]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 4 + 2]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 4 + 3]);
            d0 = value.fma(w0, d0);
            d1 = value.fma(w1, d1);
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

    private static void tile6(LaneLoops.Tile tile, Weights weights, float[] x, float[] y) {
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
        int at = tile.x;
        int start = tile.start;
        int count = tile.end - start;
        int scales = WIDENING.scales(weights, tile.panel) + tile.lane;
        int from = WIDENING.at(weights, tile.panel, start) + tile.lane;
        for (int k = 0; k < count; k++) {
            FloatVector w0 = WIDENING.widen(weights, from, k, 0, WIDENING.scale(weights, scales, start + k));
            FloatVector w1 = WIDENING.widen(weights, from, k, 1, WIDENING.scale(weights, scales + HALF, start + k));
            FloatVector value = FloatVector.broadcast(FLOATS, x[at + k * 6]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 6 + 1]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 6 + 2]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 6 + 3]);
            d0 = value.fma(w0, d0);
            d1 = value.fma(w1, d1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 6 + 4]);
            e0 = value.fma(w0, e0);
            e1 = value.fma(w1, e1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 6 + 5]);
            f0 = value.fma(w0, f0);
            f1 = value.fma(w1, f1);
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

    private static void tile8(LaneLoops.Tile tile, Weights weights, float[] x, float[] y) {
        int stride = tile.yStride;
        int last = tile.lastToken;
        int y0 = tile.y;
        int y1 = y0 + Math.min(1, last) * stride;
        int y2 = y0 + Math.min(2, last) * stride;
        int y3 = y0 + Math.min(3, last) * stride;
        int y4 = y0 + Math.min(4, last) * stride;
        int y5 = y0 + Math.min(5, last) * stride;
        int y6 = y0 + Math.min(6, last) * stride;
        int y7 = y0 + Math.min(7, last) * stride;
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
        FloatVector g0 = FloatVector.fromArray(FLOATS, y, y6);
        FloatVector g1 = FloatVector.fromArray(FLOATS, y, y6 + HALF);
        FloatVector h0 = FloatVector.fromArray(FLOATS, y, y7);
        FloatVector h1 = FloatVector.fromArray(FLOATS, y, y7 + HALF);
        int at = tile.x;
        int start = tile.start;
        int count = tile.end - start;
        int scales = WIDENING.scales(weights, tile.panel) + tile.lane;
        int from = WIDENING.at(weights, tile.panel, start) + tile.lane;
        int ahead = tile.ahead;
        VectorMask<?> noLanes = WIDENING.lanes(tile.noLanes);
        for (int k = 0; k < count; k++) {
            if (ahead != 0) {
                WIDENING.fetch(weights, from + ahead, k, noLanes);
            }
            FloatVector w0 = WIDENING.widen(weights, from, k, 0, WIDENING.scale(weights, scales, start + k));
            FloatVector w1 = WIDENING.widen(weights, from, k, 1, WIDENING.scale(weights, scales + HALF, start + k));
            FloatVector value = FloatVector.broadcast(FLOATS, x[at + k * 8]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 1]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 2]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 3]);
            d0 = value.fma(w0, d0);
            d1 = value.fma(w1, d1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 4]);
            e0 = value.fma(w0, e0);
            e1 = value.fma(w1, e1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 5]);
            f0 = value.fma(w0, f0);
            f1 = value.fma(w1, f1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 6]);
            g0 = value.fma(w0, g0);
            g1 = value.fma(w1, g1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 8 + 7]);
            h0 = value.fma(w0, h0);
            h1 = value.fma(w1, h1);
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
        g0.intoArray(y, y6);
        g1.intoArray(y, y6 + HALF);
        h0.intoArray(y, y7);
        h1.intoArray(y, y7 + HALF);
    }

    private static void tile12(LaneLoops.Tile tile, Weights weights, float[] x, float[] y) {
        int stride = tile.yStride;
        int last = tile.lastToken;
        int y0 = tile.y;
        int y1 = y0 + Math.min(1, last) * stride;
        int y2 = y0 + Math.min(2, last) * stride;
        int y3 = y0 + Math.min(3, last) * stride;
        int y4 = y0 + Math.min(4, last) * stride;
        int y5 = y0 + Math.min(5, last) * stride;
        int y6 = y0 + Math.min(6, last) * stride;
        int y7 = y0 + Math.min(7, last) * stride;
        int y8 = y0 + Math.min(8, last) * stride;
        int y9 = y0 + Math.min(9, last) * stride;
        int y10 = y0 + Math.min(10, last) * stride;
        int y11 = y0 + Math.min(11, last) * stride;
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
        FloatVector g0 = FloatVector.fromArray(FLOATS, y, y6);
        FloatVector g1 = FloatVector.fromArray(FLOATS, y, y6 + HALF);
        FloatVector h0 = FloatVector.fromArray(FLOATS, y, y7);
        FloatVector h1 = FloatVector.fromArray(FLOATS, y, y7 + HALF);
        FloatVector i0 = FloatVector.fromArray(FLOATS, y, y8);
        FloatVector i1 = FloatVector.fromArray(FLOATS, y, y8 + HALF);
        FloatVector j0 = FloatVector.fromArray(FLOATS, y, y9);
        FloatVector j1 = FloatVector.fromArray(FLOATS, y, y9 + HALF);
        FloatVector k0 = FloatVector.fromArray(FLOATS, y, y10);
        FloatVector k1 = FloatVector.fromArray(FLOATS, y, y10 + HALF);
        FloatVector l0 = FloatVector.fromArray(FLOATS, y, y11);
        FloatVector l1 = FloatVector.fromArray(FLOATS, y, y11 + HALF);
        int at = tile.x;
        int start = tile.start;
        int count = tile.end - start;
        int scales = WIDENING.scales(weights, tile.panel) + tile.lane;
        int from = WIDENING.at(weights, tile.panel, start) + tile.lane;
        int ahead = tile.ahead;
        VectorMask<?> noLanes = WIDENING.lanes(tile.noLanes);
        for (int k = 0; k < count; k++) {
            if (ahead != 0) {
                WIDENING.fetch(weights, from + ahead, k, noLanes);
            }
            FloatVector w0 = WIDENING.widen(weights, from, k, 0, WIDENING.scale(weights, scales, start + k));
            FloatVector w1 = WIDENING.widen(weights, from, k, 1, WIDENING.scale(weights, scales + HALF, start + k));
            FloatVector value = FloatVector.broadcast(FLOATS, x[at + k * 12]);
            a0 = value.fma(w0, a0);
            a1 = value.fma(w1, a1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 1]);
            b0 = value.fma(w0, b0);
            b1 = value.fma(w1, b1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 2]);
            c0 = value.fma(w0, c0);
            c1 = value.fma(w1, c1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 3]);
            d0 = value.fma(w0, d0);
            d1 = value.fma(w1, d1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 4]);
            e0 = value.fma(w0, e0);
            e1 = value.fma(w1, e1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 5]);
            f0 = value.fma(w0, f0);
            f1 = value.fma(w1, f1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 6]);
            g0 = value.fma(w0, g0);
            g1 = value.fma(w1, g1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 7]);
            h0 = value.fma(w0, h0);
            h1 = value.fma(w1, h1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 8]);
            i0 = value.fma(w0, i0);
            i1 = value.fma(w1, i1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 9]);
            j0 = value.fma(w0, j0);
            j1 = value.fma(w1, j1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 10]);
            k0 = value.fma(w0, k0);
            k1 = value.fma(w1, k1);
            value = FloatVector.broadcast(FLOATS, x[at + k * 12 + 11]);
            l0 = value.fma(w0, l0);
            l1 = value.fma(w1, l1);
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
        g0.intoArray(y, y6);
        g1.intoArray(y, y6 + HALF);
        h0.intoArray(y, y7);
        h1.intoArray(y, y7 + HALF);
        i0.intoArray(y, y8);
        i1.intoArray(y, y8 + HALF);
        j0.intoArray(y, y9);
        j1.intoArray(y, y9 + HALF);
        k0.intoArray(y, y10);
        k1.intoArray(y, y10 + HALF);
        l0.intoArray(y, y11);
        l1.intoArray(y, y11 + HALF);
    }
}

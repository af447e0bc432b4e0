package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products with one token, bound by memory; defined as {@link FixedWidthTiles} is. */
final class FixedWidthLines implements LaneLoops.Lines {
    private static final Widening WIDENING = VectorKernels.widening(MethodHandles.lookup());
    private static final VectorSpecies<Float> FLOATS = WIDENING.floats();
    private static final int LANES = FLOATS.length();
    private static final int CHUNKS = HALF / LANES; // of a panel

    FixedWidthLines() {}

    @Override
    public int chunksAtOnce() {
        return 2;
    }

    @Override
    public void line(Weights weights, int chunk, int lastChunk, PackedRows rows, float[] y) {
        float[] x = rows.values();
        int next = Math.min(chunk + 1, lastChunk);
        int panel0 = chunk / CHUNKS;
        int panel1 = next / CHUNKS;
        int lane0 = chunk % CHUNKS * LANES;
        int lane1 = next % CHUNKS * LANES;
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int columns = weights.columns();
        int scales0 = WIDENING.scales(weights, panel0) + lane0;
        int scales1 = WIDENING.scales(weights, panel1) + lane1;
        for (int column = 0; column < columns; column += WIDENING.run()) {
            FloatVector scale0 = WIDENING.scale(weights, scales0, column);
            FloatVector scale1 = WIDENING.scale(weights, scales0 + HALF, column);
            FloatVector scale2 = WIDENING.scale(weights, scales1, column);
            FloatVector scale3 = WIDENING.scale(weights, scales1 + HALF, column);
            int at0 = WIDENING.at(weights, panel0, column) + lane0;
            int at1 = WIDENING.at(weights, panel1, column) + lane1;
            int count = Math.min(WIDENING.run(), columns - column);
            for (int k = 0; k < count; k++) {
                FloatVector value = FloatVector.broadcast(FLOATS, x[column + k]);
                sum0 = value.fma(WIDENING.widen(weights, at0, k, 0, scale0), sum0);
                sum1 = value.fma(WIDENING.widen(weights, at0, k, 1, scale1), sum1);
                sum2 = value.fma(WIDENING.widen(weights, at1, k, 0, scale2), sum2);
                sum3 = value.fma(WIDENING.widen(weights, at1, k, 1, scale3), sum3);
            }
        }
        int row0 = panel0 * ROWS + lane0;
        int row1 = panel1 * ROWS + lane1;
        sum0.intoArray(y, row0);
        sum1.intoArray(y, row0 + HALF);
        sum2.intoArray(y, row1);
        sum3.intoArray(y, row1 + HALF);
    }
}

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Products with one token, bound by memory; defined as {@link FixedWidthTiles} is. */
final class FixedWidthLines implements LaneLoops.Lines {
    private static final Widening WIDENING = VectorKernels.widening(MethodHandles.lookup());
    private static final VectorSpecies<Float> FLOATS = WIDENING.floats();
    private static final int LANES = FLOATS.length();

    FixedWidthLines() {}

    @Override
    public void line(Weights weights, int row, int lastRow, float[] x, float[] y) {
        int row1 = Math.min(row + LANES, lastRow);
        int row2 = Math.min(row + 2 * LANES, lastRow);
        int row3 = Math.min(row + 3 * LANES, lastRow);
        FloatVector sum0 = FloatVector.zero(FLOATS);
        FloatVector sum1 = sum0;
        FloatVector sum2 = sum0;
        FloatVector sum3 = sum0;
        int columns = weights.columns();
        int scales0 = WIDENING.scales(weights, row / ROWS) + row % ROWS;
        int scales1 = WIDENING.scales(weights, row1 / ROWS) + row1 % ROWS;
        int scales2 = WIDENING.scales(weights, row2 / ROWS) + row2 % ROWS;
        int scales3 = WIDENING.scales(weights, row3 / ROWS) + row3 % ROWS;
        for (int column = 0; column < columns; column += WIDENING.run()) {
            FloatVector scale0 = WIDENING.scale(weights, scales0, column);
            FloatVector scale1 = WIDENING.scale(weights, scales1, column);
            FloatVector scale2 = WIDENING.scale(weights, scales2, column);
            FloatVector scale3 = WIDENING.scale(weights, scales3, column);
            int at0 = WIDENING.at(weights, row / ROWS, column) + row % ROWS;
            int at1 = WIDENING.at(weights, row1 / ROWS, column) + row1 % ROWS;
            int at2 = WIDENING.at(weights, row2 / ROWS, column) + row2 % ROWS;
            int at3 = WIDENING.at(weights, row3 / ROWS, column) + row3 % ROWS;
            int count = Math.min(WIDENING.run(), columns - column);
            for (int k = 0; k < count; k++) {
                FloatVector value = FloatVector.broadcast(FLOATS, x[column + k]);
                sum0 = value.fma(WIDENING.widen(weights, at0, k, scale0), sum0);
                sum1 = value.fma(WIDENING.widen(weights, at1, k, scale1), sum1);
                sum2 = value.fma(WIDENING.widen(weights, at2, k, scale2), sum2);
                sum3 = value.fma(WIDENING.widen(weights, at3, k, scale3), sum3);
            }
        }
        sum0.intoArray(y, row);
        sum1.intoArray(y, row1);
        sum2.intoArray(y, row2);
        sum3.intoArray(y, row3);
    }
}

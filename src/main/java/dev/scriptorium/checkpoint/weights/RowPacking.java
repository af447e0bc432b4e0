package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.kernel.Matrix;
import java.util.function.Function;

/**
 * How chunks of a tensor become a matrix.
 *
 * @param rows how the packing finds its rows in a chunk
 */
record RowPacking<S>(Matrix.Packing<S> packing, Function<RowChunk, S> rows) {
    void pack(int first, int end, RowChunk chunk) {
        packing.rows().pack(first, end, rows.apply(chunk));
    }

    Matrix matrix() {
        return packing.matrix();
    }
}

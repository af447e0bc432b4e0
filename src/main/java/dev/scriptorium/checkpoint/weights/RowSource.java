package dev.scriptorium.checkpoint.weights;

/** Where a tensor's rows come from when it is written, asked for in the order 0, 1, 2, … */
public interface RowSource {
    /** Writes the row to {@code into[0 .. columns)}. */
    void read(int row, float[] into);
}

package dev.scriptorium.kernel;

/** Read-only weights of shape (rows, columns), repacked for the kernels; y = W x has one element a row. */
public sealed interface Matrix permits F32Matrix, Bf16Matrix, Q8Matrix, Q4Matrix, WidenedMatrix {
    int rows();

    int columns();

    /** Heap bytes that the weights take, padding included. */
    long bytes();

    /** Writes one row, widened to f32, to {@code into[0 .. columns)}: the embedding of a token. */
    void row(int row, float[] into);
}

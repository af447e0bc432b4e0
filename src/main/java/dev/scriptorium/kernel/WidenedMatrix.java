package dev.scriptorium.kernel;

/**
 * Weights that become f32 a piece of a panel at a time before they are multiplied, in plain loops that both twins
 * share. So a kind of weight needs no loops of its own for each register width.
 */
public sealed interface WidenedMatrix extends Matrix permits F16Matrix, PackedMatrix {
    /**
     * Widens columns {@code start .. end} of all rows of one panel: the k-th weights of its rows side by side, as the
     * panel has them.
     *
     * @param start begins a block of the kind, as {@code end} ends one or the row
     */
    void widen(int panel, int start, int end, float[] into, int to);
}

package dev.scriptorium.kernel;

/** How weights are written; each kind has a {@link Widening}, and loops that were compiled for it alone. */
enum WeightKind {
    F32,
    BF16,
    Q8_0,
    Q4_0
}

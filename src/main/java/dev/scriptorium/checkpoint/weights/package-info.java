/**
 * Tensors, whatever file they lie in, to the weights of a model.
 *
 * <p>Callers may rely on this: names, shapes and types of all tensors are checked before the first is read; a weight is
 * exactly what the format's formula says, rounded to f32; what is not finite is refused.
 *
 * <p>Threads: one reads; others, which end before {@link WeightReader#read} does, digest and pack.
 *
 * <p>This package must never know: how a file is laid out around its tensors.
 */
@NullMarked
package dev.scriptorium.checkpoint.weights;

import org.jspecify.annotations.NullMarked;

/**
 * Matrix products and their friends, each as two twins: scalar, which is readable, and vector, which is fast.
 *
 * <p>Callers may rely on this: the twins agree bit for bit, on any number of threads, rows, tokens and lanes. Every
 * output is one sequential chain of fused multiply-adds over k, or over blocks of k where weights have four bits. The
 * only home of {@code jdk.incubator.vector}.
 *
 * <p>A kind of weight may widen a piece of a panel at a time, as a {@code Matrix.Widened}; that is enough to be right.
 * To be as fast as the others it plugs in at five places, and the loops need no change: a {@code Matrix} that packs its
 * rows into {@code Panels} and widens one in {@code row}, the definition; its arrays as {@code Weights}; a constant in
 * {@code Weights.Kind}; a record in {@code Widening}, which does in a register what {@code row} does; and the switch in
 * {@code VectorKernels.product}. {@code KernelTwinsTest} compares the two. Loops are compiled for each kind and
 * register width apart, so what is constant for a kind (its record, its run of columns) costs nothing; but keep
 * {@code scale} and {@code widen} small: past 18,000 nodes C2 stops inlining, and every vector becomes an object.
 * Change lanes' width by {@code convertShape} with a constant conversion: {@code castShape} looks its conversion up in
 * a table, which counts as hundreds of nodes and is a call where C2 does not inline it.
 *
 * <p>Weights of four bits (Q4_0) are not widened: {@code FixedWidthFourBits} multiplies them as they are, in 16-bit
 * lanes, with activations that {@code RoundedRows} has rounded.
 *
 * <p>This room must never know: any other package.
 */
@NullMarked
package dev.scriptorium.kernel;

import org.jspecify.annotations.NullMarked;

/**
 * Matrix products and their friends, each as two twins: scalar, which is readable, and vector, which is fast.
 *
 * <p>Callers may rely on this: the twins agree bit for bit, on any number of threads, rows, tokens and lanes. Every
 * output is one sequential chain of fused multiply-adds over k. The only home of {@code jdk.incubator.vector}.
 *
 * <p>This room must never know: any other package.
 */
@NullMarked
package dev.scriptorium.kernel;

import org.jspecify.annotations.NullMarked;

/**
 * Models with random weights of a known shape, for benchmarks and tests: they cost what the real one costs and say
 * nothing.
 *
 * <p>Callers may rely on this: the same shape, type and seed give the same bytes, on any machine.
 */
@NullMarked
package dev.scriptorium.checkpoint.random;

import org.jspecify.annotations.NullMarked;

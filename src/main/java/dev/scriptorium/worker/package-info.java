/**
 * Continuous batching: admit, plan a step, one forward pass for all sequences, sample, finish.
 *
 * <p>Callers may rely on this: a completion depends on its own prompt alone, never on its neighbours in the batch;
 * every accepted assignment ends in exactly one outcome. One thread runs the steps; {@code offer} may be called from
 * any other.
 *
 * <p>This room must never know: Kafka, Avro, files, kernels.
 */
@NullMarked
package dev.scriptorium.worker;

import org.jspecify.annotations.NullMarked;

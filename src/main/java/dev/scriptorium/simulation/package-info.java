/**
 * A dummy engine: a model without weights and its tokenizer, for tests of pipelines, load and faults without the cost
 * of a real one.
 *
 * <p>Callers may rely on this: its text is a function of the prompt's tokens, the sampling and {@link DummySettings}
 * alone, as a real model's is; so all that holds of real workers (same bytes on any worker, in any batch, after any
 * crash) holds of simulated ones. Latency and faults never change a text. Hundreds fit in one process: a model has no
 * state but a few numbers a sequence.
 *
 * <p>This room must never know: Kafka, files, events, the worker that uses it.
 */
@NullMarked
package dev.scriptorium.simulation;

import org.jspecify.annotations.NullMarked;

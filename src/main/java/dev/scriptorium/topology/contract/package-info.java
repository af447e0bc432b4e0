/**
 * The public side of a pipeline as a document for tools: AsyncAPI 3 with Kafka's bindings.
 *
 * <p>Callers may rely on this: it is a function of the pipeline, and names what the code itself goes by.
 *
 * <p>This package must never know: stores, steps, brokers.
 */
@NullMarked
package dev.scriptorium.topology.contract;

import org.jspecify.annotations.NullMarked;

/**
 * The edge between Kafka and a worker: take prompts from lanes, hand them over, publish outcomes, and acknowledge only
 * what is durable.
 *
 * <p>Callers may rely on this: a prompt is acknowledged after its outcome is acknowledged by the broker, so a crash at
 * any moment repeats work and never loses it. One thread polls; it never waits for generation.
 *
 * <p>This room must never know: Kafka Streams, kernels, models, checkpoints.
 */
@NullMarked
package dev.scriptorium.lane;

import org.jspecify.annotations.NullMarked;

/**
 * The declared pipeline and the pure decisions it implies: validate, fill in defaults, choose a lane, refuse a schema
 * that no text can be held to.
 *
 * <p>Callers may rely on this: a {@code Pipeline} that exists is valid as a whole, and every prompt has exactly one
 * route or one rejection. Everything here is immutable and safe to share.
 *
 * <p>This room must never know: Kafka, Avro, mathematics, clocks.
 */
@NullMarked
package dev.scriptorium.pipeline;

import org.jspecify.annotations.NullMarked;

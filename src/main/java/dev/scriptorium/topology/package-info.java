/**
 * Turns a pipeline into a Kafka Streams topology and a picture of it.
 *
 * <p>Callers may rely on this: every step, store and internal topic has a name from here; every prompt leaves by
 * exactly one visible edge; the first outcome of a request id is let through and no other. Kafka Streams owns the
 * threads.
 *
 * <p>This room must never know: workers, lane readers, mathematics.
 */
@NullMarked
package dev.scriptorium.topology;

import org.jspecify.annotations.NullMarked;

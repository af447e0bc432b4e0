/**
 * Values in Confluent's wire format on their way into the topology. A record whose schema is not known yet waits in a
 * store, with all others going past it.
 *
 * <p>Callers may rely on this: no step waits for a registry; a record leaves once. Threading is Kafka Streams' own.
 *
 * <p>This package must never know: HTTP.
 */
@NullMarked
package dev.scriptorium.topology.unwrap;

import org.jspecify.annotations.NullMarked;

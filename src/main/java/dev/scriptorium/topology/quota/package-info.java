/**
 * What of a tenant is in flight, counted in one place.
 *
 * <p>Callers may rely on this: a tenant never has more in flight than its quota; prompts that find no room are told so,
 * and rows of recipes wait for it. All of one tenant passes here one after the other, in a thread of Kafka Streams.
 *
 * <p>This package must never know: what becomes of a prompt.
 */
@NullMarked
package dev.scriptorium.topology.quota;

import org.jspecify.annotations.NullMarked;

/**
 * Confluent's wire format: a zero byte, the id of a schema in a registry as four bytes, the body. What is read becomes
 * the format of everything else here, Avro's single-object encoding or JSON, so no other room knows of registries.
 *
 * <p>Callers may rely on this: nothing throws, whatever the bytes and whatever schema wrote them; nothing waits. All
 * classes are safe to share between threads.
 *
 * <p>This package must never know: HTTP, Kafka.
 */
@NullMarked
package dev.scriptorium.wire.confluent;

import org.jspecify.annotations.NullMarked;

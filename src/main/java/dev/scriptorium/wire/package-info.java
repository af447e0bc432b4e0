/**
 * Bytes to events and back: Avro, which is the contract in {@code schemas/}, and JSON as users already have it.
 *
 * <p>Callers may rely on this: decoding what users send never throws, whatever the bytes; the answer is a sealed value.
 * Reading our own events throws {@link dev.scriptorium.wire.UndecodableException} and nothing else. Encoding then
 * decoding gives an equal event, but for what is finer than a microsecond in its times. Equal events give equal bytes.
 * All classes are safe to share between threads.
 *
 * <p>This room must never know: Kafka clients, workers, mathematics. Avro-generated classes are visible here alone.
 */
@NullMarked
package dev.scriptorium.wire;

import org.jspecify.annotations.NullMarked;

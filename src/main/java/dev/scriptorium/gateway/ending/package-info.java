/**
 * What a batch ends with: its error file in OpenAI's words, and counts that name all of its requests.
 *
 * <p>Callers may rely on this: what is written twice is written alike; nothing here waits without an end. Each object
 * belongs to one thread.
 *
 * <p>This package must never know: HTTP, Kafka.
 */
@NullMarked
package dev.scriptorium.gateway.ending;

import org.jspecify.annotations.NullMarked;

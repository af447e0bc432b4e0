/**
 * The Llama-2 forward pass and the state it changes, a key/value cache in blocks.
 *
 * <p>Callers may rely on this: the logits of a sequence are a function of its tokens and the weights, bit for bit,
 * whatever else is in the step and whoever shares its blocks. Config is immutable, weights are read-only and shared.
 * One thread calls {@code forward}.
 *
 * <p>This room must never know: files, events, sampling. It opens no file and has never heard of Kafka.
 */
@NullMarked
package dev.scriptorium.model;

import org.jspecify.annotations.NullMarked;

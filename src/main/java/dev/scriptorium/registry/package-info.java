/**
 * Schemas of others by their ids, and the ids of our answers' schemas, from a registry that speaks Confluent's HTTP
 * API: Confluent's own, Apicurio under {@code /apis/ccompat/v7}, Karapace, Redpanda.
 *
 * <p>Callers may rely on this: a look-up answers from memory at once. What is not there is fetched by one thread,
 * {@code schema-registry}, each attempt within ten seconds, again and again with a growing pause until the registry
 * answers. What is kept is bounded. Safe to share between threads. The ids of ours are learnt once, by whoever starts a
 * process: {@link dev.scriptorium.registry.AnswerRegistration} waits for them, and only for a minute.
 *
 * <p>This room must never know: Kafka, prompts.
 */
@NullMarked
package dev.scriptorium.registry;

import org.jspecify.annotations.NullMarked;

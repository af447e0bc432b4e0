/**
 * HTTP in front of Kafka: OpenAI's files, batches and single calls, and a page to watch.
 *
 * <p>Callers may rely on this: whatever the gateway said is done survives its being killed. It remembers nothing that
 * Kafka does not: batches are the batches topic, counts are the jobs topic, answers are the completions topic. Only the
 * bytes of files lie in its own folder. Every request has a thread of its own (a virtual one); the threads named
 * {@code gateway-view}, {@code rows-view}, {@code answer-desk} and {@code batch-runner} are the gateway's.
 *
 * <p>This room must never know: workers, mathematics, the topology.
 */
@NullMarked
package dev.scriptorium.gateway;

import org.jspecify.annotations.NullMarked;

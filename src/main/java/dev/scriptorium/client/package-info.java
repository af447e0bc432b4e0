/**
 * A client for programs in Java: submit a prompt, await its answer, read it while it grows.
 *
 * <p>Callers may rely on this: whoever submits hears of exactly one outcome, a completion or a rejection; a future that
 * fails says why nothing will come. One thread, {@code scriptorium-client}, reads all answers and calls readers of
 * pieces; futures are completed there too, so what follows them at once must not wait. All else is safe for any thread.
 *
 * <p>This package must never know: the topology, workers, models, files, the command line.
 */
@NullMarked
package dev.scriptorium.client;

import org.jspecify.annotations.NullMarked;

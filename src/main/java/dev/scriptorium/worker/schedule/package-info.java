/**
 * Which sequence computes how many tokens in the next step, who runs and who waits. It decides by numbers of tokens and
 * blocks alone.
 *
 * <p>Callers may rely on: no sequence starves, no step is larger than its limits, no block is promised twice, and a
 * step in steady state makes no garbage. One thread calls it.
 *
 * <p>This package must never know: a model, a prompt, time.
 */
@NullMarked
package dev.scriptorium.worker.schedule;

import org.jspecify.annotations.NullMarked;

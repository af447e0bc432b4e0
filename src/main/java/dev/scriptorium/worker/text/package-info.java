/**
 * One text while it is written: the form it is held to, and what is noted of its tokens.
 *
 * <p>Callers may rely on this: both are functions of the tokens and their logits, so a text that is written again is
 * held and noted as before. Nothing here is shared between texts or threads, but the automaton of a form between the
 * texts of one step loop.
 *
 * <p>This package must never know: scheduling, caches, Kafka, files.
 */
@NullMarked
package dev.scriptorium.worker.text;

import org.jspecify.annotations.NullMarked;

/**
 * Logits, options and counter-based random numbers to one token id, in the order of Transformers.
 *
 * <p>Callers may rely on this: the choice is a function of logits, options, tokens seen, seed and position; ties go to
 * the smaller id; logits that are not finite throw. A sampler belongs to one sequence.
 *
 * <p>This room must never know: any other package.
 */
@NullMarked
package dev.scriptorium.sample;

import org.jspecify.annotations.NullMarked;

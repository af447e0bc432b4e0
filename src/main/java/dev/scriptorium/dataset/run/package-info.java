/**
 * A recipe on its way: which prompts are to be sent, and what becomes of the texts that come back.
 *
 * <p>Callers may rely on it: the rows that come out, and their order, are a function of the recipe, its seeds and what
 * was answered to each request, in whatever order the answers arrive and however often this was stopped and went on.
 * All that must survive is in the {@link dev.scriptorium.dataset.run.RunStore}. One thread at a time.
 */
@NullMarked
package dev.scriptorium.dataset.run;

import org.jspecify.annotations.NullMarked;

/**
 * A dataset from the user's side: a recipe is sent with its seeds, and its rows are taken from their topic into files.
 *
 * <p>Callers may rely on it: sending again what was sent changes nothing, and rows are read from where the files end;
 * so the same call goes on wherever an earlier one was cut off. Each object belongs to one thread.
 */
@NullMarked
package dev.scriptorium.batch.dataset;

import org.jspecify.annotations.NullMarked;

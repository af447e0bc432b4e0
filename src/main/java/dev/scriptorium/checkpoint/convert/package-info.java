/**
 * One format's model as the other's file.
 *
 * <p>Callers may rely on this: the file is a function of the model and the wanted type; it has the same tokens, and the
 * weights that loading with the same conversion gives.
 */
@NullMarked
package dev.scriptorium.checkpoint.convert;

import org.jspecify.annotations.NullMarked;

/**
 * Near duplicates: texts that are almost the same as one before.
 *
 * <p>Callers may rely on this: what is decided of a row is a function of its text and of the rows before it in the
 * order of their slots, whoever came first. Everything that must survive is in the
 * {@link dev.scriptorium.dataset.near.NearStore}. One thread at a time.
 */
@NullMarked
package dev.scriptorium.dataset.near;

import org.jspecify.annotations.NullMarked;

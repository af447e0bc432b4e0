/**
 * What a dataset looks like while it is made: counts, speed, and some of its rows to read.
 *
 * <p>Callers may rely on this: however many rows come in, a report keeps counts and a fixed number of shortened rows.
 * Each object belongs to one thread; what it gives out is immutable.
 *
 * <p>This package must never know: where rows come from, and who looks.
 */
@NullMarked
package dev.scriptorium.dataset.report;

import org.jspecify.annotations.NullMarked;

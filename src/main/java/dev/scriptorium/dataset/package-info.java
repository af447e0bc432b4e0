/**
 * Synthetic data: templates times seeds, quality gates, near-duplicates, export with a card.
 *
 * <p>All here is a function of its arguments. Callers may rely on it: a row, its place in the expansion and its
 * verdicts depend on the recipe, its seeds and what the model wrote, and never on time, order of arrival or thread.
 * Nothing here has heard of Kafka or opens a model.
 */
@NullMarked
package dev.scriptorium.dataset;

import org.jspecify.annotations.NullMarked;

/**
 * Recipes in the router: rows are sent from one compact event, in slices, and decided in their order.
 *
 * <p>All of one recipe is one task's, so that nothing needs to be agreed on. What it must not forget is in three stores
 * and changes in one transaction with what it sends. It never waits for a text: what is to be done is done when an
 * answer comes, or a slice at a time by the clock.
 */
@NullMarked
package dev.scriptorium.topology.recipe;

import org.jspecify.annotations.NullMarked;

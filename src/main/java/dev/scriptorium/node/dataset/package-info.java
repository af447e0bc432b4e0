/** The commands of datasets: make one from a recipe, look at what one would give, make some of its rows again. */
@NullMarked
package dev.scriptorium.node.dataset;

import org.jspecify.annotations.NullMarked;

/**
 * Recipe files: YAML to a {@link dev.scriptorium.dataset.Recipe}, its seeds and its benchmarks, with all that is wrong
 * found in one reading, each problem with file, line and the nearest right value. Opens the files that a recipe names,
 * and no others.
 */
@NullMarked
package dev.scriptorium.dataset.recipe;

import org.jspecify.annotations.NullMarked;

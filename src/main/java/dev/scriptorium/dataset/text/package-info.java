/**
 * Texts as words and what two of them have in common: what gates and duplicates are measured by. Functions, no state.
 */
@NullMarked
package dev.scriptorium.dataset.text;

import org.jspecify.annotations.NullMarked;

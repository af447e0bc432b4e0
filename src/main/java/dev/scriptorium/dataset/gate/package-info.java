/**
 * Gates: what a text must be to become a row of a dataset. A gate is a function of the text it is shown; it keeps no
 * state, so any thread may ask it, any number of times.
 */
@NullMarked
package dev.scriptorium.dataset.gate;

import org.jspecify.annotations.NullMarked;

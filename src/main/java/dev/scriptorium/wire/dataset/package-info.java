/**
 * Recipes, templates, rows and what is remembered of them, as JSON and back. What is read may be of a later version:
 * fields that are not known are passed over. Decoding throws {@link dev.scriptorium.wire.UndecodableException} alone.
 */
@NullMarked
package dev.scriptorium.wire.dataset;

import org.jspecify.annotations.NullMarked;

/**
 * Datasets while they are made, from the topic of their rows; for the page that shows them.
 *
 * <p>Callers may rely on this: a gateway that was just started comes to say what one says that ran all the time, and
 * memory does not grow with the number of rows. Any thread may look.
 */
@NullMarked
package dev.scriptorium.gateway.report;

import org.jspecify.annotations.NullMarked;

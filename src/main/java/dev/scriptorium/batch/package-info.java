/**
 * Bulk jobs from the side of the user: publish prompts, follow their outcomes, collect them in a file, show progress.
 *
 * <p>Callers may rely on this: a run that was cut off at any moment goes on with the same command; the output has each
 * request once.
 *
 * <p>This room must never know: workers, mathematics.
 */
@NullMarked
package dev.scriptorium.batch;

import org.jspecify.annotations.NullMarked;

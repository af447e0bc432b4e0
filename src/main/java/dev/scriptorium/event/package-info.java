/**
 * The nouns that all rooms share: prompt, sampling, completion, rejection, usage, ids.
 *
 * <p>Callers may rely on this: every record checks itself in its compact constructor and throws
 * {@link dev.scriptorium.event.InvalidFieldException} with the field's public name, the value found and the rule. All
 * values are immutable and safe to share between threads.
 *
 * <p>This room must never know: anything but {@code java.*}; how an event looks as bytes; where it travels.
 */
@NullMarked
package dev.scriptorium.event;

import org.jspecify.annotations.NullMarked;

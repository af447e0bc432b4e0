/**
 * Holds a text to a schema while it is written: for each place it says which tokens may come next, so that the text is
 * a document of the schema once it is over.
 *
 * <p>Callers may rely on this: what may come next is a function of schema and text; wherever a text stands, at least
 * one byte can follow until the document is whole; a schema that asks for something not enforced here is refused by
 * name and never weakened. The texts allowed are a part of those that the schema accepts: properties come in the
 * schema's order, white space is at most one space after a colon, a comma or before the document, numbers have at most
 * 18 digits.
 *
 * <p>A {@link dev.scriptorium.grammar.Grammar} is immutable; an {@link dev.scriptorium.grammar.Automaton} and its
 * {@link dev.scriptorium.grammar.Cursor}s belong to one thread at a time.
 *
 * <p>This room must never know: models, tokenizers (it sees the bytes of tokens), requests, Kafka.
 */
@NullMarked
package dev.scriptorium.grammar;

import org.jspecify.annotations.NullMarked;

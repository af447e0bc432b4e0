/**
 * What stands in people's files beside lines of JSON as they travel: rows of tables, and answers without what is not a
 * function of their prompts.
 *
 * <p>Callers may rely on this: the same answer gives the same bytes.
 *
 * <p>This package must never know: where a file lies.
 */
@NullMarked
package dev.scriptorium.wire.file;

import org.jspecify.annotations.NullMarked;

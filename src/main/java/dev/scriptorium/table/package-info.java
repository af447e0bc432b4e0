/**
 * Files of rows: JSON lines, comma- or tab-separated values, Parquet. Everything that reads people's tables or writes
 * tables for them does it here.
 *
 * <p>Callers may rely on this: rows come one at a time, in the order of the file, whatever its size; the same rows give
 * the same bytes; whatever is wrong with a file is a {@link dev.scriptorium.table.TableException} that names file,
 * place and rule. Readers and writers belong to one thread.
 *
 * <p>This room must never know: what a column means.
 */
@NullMarked
package dev.scriptorium.table;

import org.jspecify.annotations.NullMarked;

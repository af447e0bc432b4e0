/**
 * A dataset as files: shards of Parquet and of JSON lines, a manifest, a card for Hugging Face's hub with its pictures.
 *
 * <p>Callers may rely on this: a shard is there whole or not at all; what the manifest names is on the disk; an export
 * that was cut off at any moment goes on where the manifest stands and ends with the same bytes as one that was not,
 * because a shard has a fixed number of rows and rows come in a fixed order. One thread, one process a folder.
 *
 * <p>This package must never know: where rows come from; it keeps their offsets and asks for nothing.
 */
@NullMarked
package dev.scriptorium.dataset.export;

import org.jspecify.annotations.NullMarked;

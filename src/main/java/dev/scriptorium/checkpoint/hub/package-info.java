/**
 * Brings a model's files from a hub, Hugging Face's or a mirror of it, into a folder.
 *
 * <p>Callers may rely on this: a file appears under its name when it is whole and its checksum is right; what was
 * loaded before a connection broke is not loaded again; no name from the server leads out of the folder; the token is
 * sent to the hub alone, never to where it redirects, and never without encryption.
 *
 * <p>This room must never know: the environment, which it gets from its callers.
 */
@NullMarked
package dev.scriptorium.checkpoint.hub;

import org.jspecify.annotations.NullMarked;

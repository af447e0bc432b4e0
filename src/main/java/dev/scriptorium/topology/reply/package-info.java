/**
 * What the conventions of event-driven systems ask for in headers: CloudEvents in binary mode, and replies to whoever
 * asked as Spring and SmallRye do.
 *
 * <p>Callers may rely on this: a reply leaves in the transaction that settles its request, so there is exactly one; it
 * goes to no topic that the pipeline does not allow.
 *
 * <p>This package must never know: stores, lanes, workers.
 */
@NullMarked
package dev.scriptorium.topology.reply;

import org.jspecify.annotations.NullMarked;

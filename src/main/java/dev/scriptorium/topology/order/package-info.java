/**
 * Who goes first where a task of the router reads from several topics.
 *
 * <p>Callers may rely on the order alone: what is read earlier is read with an earlier time, and no time that leaves
 * the router comes from here. Everything is without state and for any thread. It must never know what a record says.
 */
@NullMarked
package dev.scriptorium.topology.order;

import org.jspecify.annotations.NullMarked;

/**
 * When a task of the router does something that no record asks for.
 *
 * <p>Callers may rely on this: what is to be done is done as often as was asked for, on the thread of the task, and a
 * task that has nothing to do is left alone, for each turn costs a transaction. It must never know what is done.
 */
@NullMarked
package dev.scriptorium.topology.bell;

import org.jspecify.annotations.NullMarked;

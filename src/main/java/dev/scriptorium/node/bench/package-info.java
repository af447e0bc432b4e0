/**
 * The {@code bench} command: how fast the runtime is on this machine, beside what the machine could do at most.
 *
 * <p>Part of the node: environment, clocks and exit codes may be touched here.
 */
@NullMarked
package dev.scriptorium.node.bench;

import org.jspecify.annotations.NullMarked;

/**
 * What a shell asks of the program.
 *
 * <p>This package must never know: what the commands do.
 */
@NullMarked
package dev.scriptorium.node.shell;

import org.jspecify.annotations.NullMarked;

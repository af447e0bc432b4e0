/**
 * What every command has to do with its process: how it ends and with which code, and which version it is.
 *
 * <p>Knows no command and no other room.
 */
@NullMarked
package dev.scriptorium.node.process;

import org.jspecify.annotations.NullMarked;

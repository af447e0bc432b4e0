/**
 * The {@code models} commands: what people do with model files before anything is generated.
 *
 * <p>Part of the node: environment, clocks and exit codes may be touched here.
 */
@NullMarked
package dev.scriptorium.node.models;

import org.jspecify.annotations.NullMarked;

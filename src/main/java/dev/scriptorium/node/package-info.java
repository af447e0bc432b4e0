/**
 * Main, command line, configuration and wiring: where the three worlds meet. It decides nothing, and nobody imports it.
 *
 * <p>Environment variables, clocks and exit codes are touched here alone.
 */
@NullMarked
package dev.scriptorium.node;

import org.jspecify.annotations.NullMarked;

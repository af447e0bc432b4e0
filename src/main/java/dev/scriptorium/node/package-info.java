/**
 * Main, command line, configuration and wiring: where the three worlds meet. It decides nothing, and nobody imports it.
 *
 * <p>Environment variables, clocks and exit codes are touched here alone. Below it: {@code process} (ends and
 * versions), {@code service} (what runs until it is stopped), {@code jobs} (what works through files), {@code models},
 * {@code bench} and {@code shell}.
 */
@NullMarked
package dev.scriptorium.node;

import org.jspecify.annotations.NullMarked;

/**
 * What operators see of a process: metrics in Prometheus' format, and whether it lives and is ready.
 *
 * <p>{@link dev.scriptorium.metrics.Metric} lists all that we measure; nothing else may be registered under our prefix.
 * No label has a value that users choose (tenant, job, id), so the number of series has a bound.
 *
 * <p>The only room beside {@code node} that knows Micrometer. It knows no other room: they hand out counts, and
 * {@code node} binds them to what is here. Everything is safe for several threads.
 */
@NullMarked
package dev.scriptorium.metrics;

import org.jspecify.annotations.NullMarked;

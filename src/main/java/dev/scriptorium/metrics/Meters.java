package dev.scriptorium.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.logging.LogbackMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The meters of one process. Ours are registered as {@link Metric} declares them; label values follow its labels in
 * number and order.
 */
public final class Meters implements AutoCloseable {
    /** What a scraper gets that asks for nothing in particular. */
    public static final String TEXT_FORMAT = "text/plain; version=0.0.4; charset=utf-8";

    private static final Logger LOG = LoggerFactory.getLogger(Meters.class);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Deque<AutoCloseable> bound = new ConcurrentLinkedDeque<>();
    private final Queue<MeterBinder> unscraped = new ConcurrentLinkedQueue<>();
    /** Micrometer remembers weakly whom it asks for a count. */
    private final Queue<DoubleSupplier> kept = new ConcurrentLinkedQueue<>();

    /** Asked at every scrape; must not wait. */
    public void gauge(Metric metric, DoubleSupplier value, String... labelValues) {
        require(metric, Metric.Kind.GAUGE);
        var _ = Gauge.builder(metric.meterName(), value, asNumber())
                .tags(tags(metric, labelValues))
                .description(metric.description())
                .strongReference(true)
                .register(registry);
    }

    /** A count that somebody else keeps; asked at every scrape. */
    public void counter(Metric metric, DoubleSupplier count, String... labelValues) {
        require(metric, Metric.Kind.COUNTER);
        kept.add(count);
        var _ = FunctionCounter.builder(metric.meterName(), count, asNumber())
                .tags(tags(metric, labelValues))
                .description(metric.description())
                .register(registry);
    }

    /** A count that is kept here, the same for the same label values. */
    public Counter counter(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.COUNTER);
        return Counter.builder(metric.meterName())
                .tags(tags(metric, labelValues))
                .description(metric.description())
                .register(registry);
    }

    /** Times in the metric's buckets; recording makes no garbage. */
    public Timer timer(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.HISTOGRAM);
        return Timer.builder(metric.meterName())
                .tags(tags(metric, labelValues))
                .description(metric.description())
                .serviceLevelObjectives(metric.buckets())
                .register(registry);
    }

    /** Sizes in the metric's buckets; recording makes no garbage. */
    public DistributionSummary sizes(Metric metric, String... labelValues) {
        require(metric, Metric.Kind.SIZES);
        return DistributionSummary.builder(metric.meterName())
                .tags(tags(metric, labelValues))
                .description(metric.description())
                .serviceLevelObjectives(metric.bounds().toArray())
                .register(registry);
    }

    /** Heap, collections, threads, processors, open files and logged lines of this process. */
    public void bindProcess() {
        List.of(
                        new JvmMemoryMetrics(),
                        new JvmGcMetrics(),
                        new JvmThreadMetrics(),
                        new ProcessorMetrics(),
                        new FileDescriptorMetrics(),
                        new UptimeMetrics(),
                        new LogbackMetrics())
                .forEach(this::bind);
    }

    /**
     * Meters of somebody else's that are kept anyway, bound when they are first asked for: of a process that nobody
     * scrapes, Kafka's thousands would only be gone through, every minute.
     */
    public void bindWhenScraped(MeterBinder binder) {
        unscraped.add(binder);
    }

    private void bindUnscraped() {
        for (MeterBinder next = unscraped.poll(); next != null; next = unscraped.poll()) {
            bind(next);
        }
    }

    private void bind(MeterBinder binder) {
        binder.bindTo(registry);
        if (binder instanceof AutoCloseable closeable) {
            bound.push(closeable);
        }
    }

    /** All names that are registered, as Prometheus sees them without the endings of single series. */
    public List<String> names() {
        bindUnscraped();
        return registry.getPrometheusRegistry().scrape().stream()
                .map(snapshot -> snapshot.getMetadata().getPrometheusName())
                .sorted()
                .toList();
    }

    /**
     * All meters.
     *
     * @param accept what the scraper takes; null for {@link #TEXT_FORMAT}
     */
    public String scrape(@Nullable String accept) {
        bindUnscraped();
        return registry.scrape(contentType(accept));
    }

    /** The format that {@link #scrape} answers with. */
    public static String contentType(@Nullable String accept) {
        return accept != null && accept.contains("application/openmetrics-text")
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : TEXT_FORMAT;
    }

    @Override
    public void close() {
        while (!bound.isEmpty()) {
            try {
                bound.pop().close();
            } catch (Exception e) {
                LOG.debug("meters of somebody else's did not close", e);
            }
        }
        registry.close();
    }

    private static ToDoubleFunction<DoubleSupplier> asNumber() {
        return DoubleSupplier::getAsDouble;
    }

    private static void require(Metric metric, Metric.Kind kind) {
        if (metric.kind() != kind) {
            throw new IllegalArgumentException("%s is a %s, not a %s"
                    .formatted(
                            metric.prometheusName(),
                            metric.kind().name().toLowerCase(Locale.ROOT),
                            kind.name().toLowerCase(Locale.ROOT)));
        }
    }

    private static Tags tags(Metric metric, String[] values) {
        if (values.length != metric.labels().size()) {
            throw new IllegalArgumentException("%s has the labels %s, but %d values came"
                    .formatted(metric.prometheusName(), metric.labels(), values.length));
        }
        Tags tags = Tags.empty();
        for (int i = 0; i < values.length; i++) {
            tags = tags.and(Tag.of(metric.labels().get(i), values[i]));
        }
        return tags;
    }
}

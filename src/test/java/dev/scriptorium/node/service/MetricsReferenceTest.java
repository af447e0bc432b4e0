package dev.scriptorium.node.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.metrics.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/metrics.md} says what the code measures. */
class MetricsReferenceTest {
    @Test
    void referenceSaysWhatTheCodeMeasures() {
        StringBuilder text = new StringBuilder("""
            # Metrics

            Made by `mvn test -Dgolden.update=true` from what the code registers; do not edit it here.

            `/metrics` answers in Prometheus' text format, or in OpenMetrics where a scraper asks for it: on the port of
            `gateway` and `serve` (with a key, if there are keys), and on `--metrics-port` of `serve`, `router`,
            `worker` and `gateway` without one. Beside it, `/health/live` and `/health/ready` answer 200 or 503 and say
            why.

            Names are vLLM's, after the prefix `scriptorium_`, where vLLM measures the same. No label has a value that
            users choose. Counts begin with the process; what a router counted in a transaction that was rolled back it
            counts again. Histograms have `_bucket`, `_sum`, `_count` and, as a gauge of its own, `_max` of the last
            minutes.

            """);
        for (Metric.Part part : Metric.Part.values()) {
            text.append("## ")
                    .append(
                            switch (part) {
                                case WORKER -> "Workers";
                                case ROUTER -> "Router";
                                case GATEWAY -> "Gateway";
                                case PROCESS -> "Every process";
                            });
            text.append("\n\n| name | kind | labels | meaning |\n|---|---|---|---|\n");
            Arrays.stream(Metric.values())
                    .filter(metric -> metric.part() == part)
                    .forEach(metric -> text.append("| `%s` | %s | %s | %s |\n"
                            .formatted(
                                    metric.prometheusName(),
                                    metric.bounds().count() > 0
                                            ? "histogram"
                                            : metric.kind().name().toLowerCase(Locale.ROOT),
                                    metric.labels().stream()
                                            .map(label -> "`" + label + "`")
                                            .collect(Collectors.joining(", ")),
                                    metric.description())));
            text.append('\n');
        }
        text.append("""
            ## Of others

            Micrometer's own meters, under Micrometer's names: of the JVM and the process (those below and `jvm_gc_*`),
            of Kafka's clients (`kafka_consumer_*`, `kafka_producer_*`, `kafka_admin_client_*`) and of Kafka Streams
            (`kafka_stream_*`), which are what Kafka calls them.

            """);
        try (RegisteredMeters registered = RegisteredMeters.ofAProcess()) {
            registered.names().stream()
                    .filter(name -> !name.startsWith("scriptorium_") && !name.startsWith("kafka_"))
                    .filter(name -> !name.startsWith("jvm_gc_"))
                    .filter(name -> !MAY_BE_MISSING.contains(name))
                    .forEach(name -> text.append("- `").append(name).append("`\n"));
        }

        Golden.check("docs/reference/metrics.md", text.toString());
    }

    /** Of these it depends on the machine whether they are there. */
    private static final Set<String> MAY_BE_MISSING =
            Set.of("process_files_max_files", "process_files_open_files", "system_load_average_1m");

    @Test
    void everyMetricThatIsDeclaredIsRegisteredAndNoOther() {
        // Given
        Set<String> declared = new TreeSet<>();
        for (Metric metric : Metric.values()) {
            declared.add(metric.prometheusName());
            if (metric.bounds().count() > 0) {
                declared.add(metric.prometheusName() + "_max");
            }
        }

        // When
        List<String> registered;
        try (RegisteredMeters meters = RegisteredMeters.ofAProcess()) {
            registered = meters.names().stream()
                    .filter(name -> name.startsWith(Metric.PREFIX))
                    .toList();
        }

        // Then
        assertThat(registered).containsExactlyElementsOf(declared);
    }
}

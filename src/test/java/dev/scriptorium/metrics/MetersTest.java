package dev.scriptorium.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MetersTest {
    private final Meters meters = new Meters();

    @AfterEach
    void close() {
        meters.close();
    }

    private static String[] values(Metric metric) {
        return metric.labels().toArray(String[]::new);
    }

    @ParameterizedTest
    @EnumSource
    void metricIsSeenUnderTheNameThatTheReferenceSays(Metric metric) {
        // When
        switch (metric.kind()) {
            case GAUGE -> meters.gauge(metric, () -> 1, values(metric));
            case COUNTER -> meters.counter(metric, values(metric)).increment();
            case HISTOGRAM -> meters.timer(metric, values(metric)).record(Duration.ofMillis(1));
            case SIZES -> meters.sizes(metric, values(metric)).record(1);
        }

        // Then
        String series = metric.prometheusName() + (metric.bounds().count() > 0 ? "_bucket" : "");
        assertThat(meters.scrape(null)).contains("\n" + series).contains("# HELP");
    }

    @Test
    void timesAreCountedInTheBucketsThatAreDeclared() {
        // Given
        Metric metric = Metric.INTER_TOKEN_LATENCY_SECONDS;

        // When
        meters.timer(metric, "tiny").record(Duration.ofMillis(40));

        // Then
        String scraped = meters.scrape(null);
        metric.bounds()
                .forEach(bound -> assertThat(scraped)
                        .contains("%s_bucket{model_name=\"tiny\",le=\"%s\"} %d"
                                .formatted(metric.prometheusName(), bound, bound >= 0.04 ? 1 : 0)));
    }

    @Test
    void sizesAreCountedInTheBucketsThatAreDeclared() {
        // Given
        Metric metric = Metric.CLIENT_TOKEN_USAGE;

        // When
        meters.sizes(metric, "tiny", "input").record(40);

        // Then
        String scraped = meters.scrape(null);
        metric.bounds()
                .forEach(bound -> assertThat(scraped)
                        .contains("%s_bucket{model_name=\"tiny\",token_type=\"input\",le=\"%s\"} %d"
                                .formatted(metric.prometheusName(), bound, bound >= 40 ? 1 : 0)));
    }

    @Test
    void aCountThatSomebodyElseKeepsIsAskedAtEveryScrape() {
        // Given
        long[] count = {0};
        meters.counter(Metric.STEPS_TOTAL, () -> count[0], "tiny");

        // When
        count[0] = 17;

        // Then
        assertThat(meters.scrape(null)).contains("scriptorium_steps_total{model_name=\"tiny\"} 17.0");
    }

    @Test
    void asksOthersForTheirMetersOnceSomebodyScrapes() {
        // Given
        List<String> asked = new ArrayList<>();
        meters.bindWhenScraped(registry -> {
            asked.add("others");
            registry.gauge("others_depth", 17);
        });
        assertThat(asked).isEmpty();

        // When
        String scraped = meters.scrape(null) + meters.scrape(null);

        // Then
        assertThat(scraped).contains("others_depth 17.0");
        assertThat(asked).containsExactly("others");
    }

    @Test
    void refusesLabelsThatAreNotDeclared() {
        assertThatThrownBy(() -> meters.counter(Metric.STEPS_TOTAL, "tiny", "tenant"))
                .hasMessage("scriptorium_steps_total has the labels [model_name], but 2 values came");
    }

    @Test
    void refusesAMetricOfAnotherKind() {
        assertThatThrownBy(() -> meters.gauge(Metric.STEPS_TOTAL, () -> 1, "tiny"))
                .hasMessage("scriptorium_steps_total is a counter, not a gauge");
    }

    @Test
    void noLabelIsSomethingThatUsersChoose() {
        assertThat(java.util.Arrays.stream(Metric.values())
                        .flatMap(metric -> metric.labels().stream())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(
                        "model_name",
                        "lane",
                        "finished_reason",
                        "code",
                        "step",
                        "version",
                        "method",
                        "route",
                        "status",
                        "operation",
                        "token_type")
                .allMatch(label -> label.equals(label.toLowerCase(Locale.ROOT)));
    }

    @Test
    void answersInOpenMetricsWhenThatIsAskedFor() {
        // Given
        meters.counter(Metric.STEPS_TOTAL, () -> 1, "tiny");

        // When
        String scraped = meters.scrape("application/openmetrics-text;version=1.0.0,text/plain;q=0.5");

        // Then
        assertThat(scraped).endsWith("# EOF\n");
    }
}

package dev.scriptorium.topology;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.confluent.Registered;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;

/** Each turn that a step takes by the clock ends in a transaction, so a router with nothing to do takes few. */
class IdleRouterTest {
    private static final Duration LOOP = Duration.ofMillis(100);

    private final Pipeline pipeline = Pipelines.tiny();
    private final TopologyTestDriver driver = driver(pipeline);

    private static TopologyTestDriver driver(Pipeline pipeline) {
        Properties settings = Pipelines.settings(pipeline);
        settings.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "DEBUG");
        return new TopologyTestDriver(
                RequestTopology.build(pipeline, settings, RequestObserver.NONE, Registered.NONE),
                settings,
                RouterBench.START);
    }

    @Test
    void looksForTimersEveryTwoSecondsAndSweepsEveryTen() {
        try (driver) {
            // Given
            pass(Duration.ofSeconds(20));
            double before = turns();

            // When
            pass(Duration.ofSeconds(60));

            // Then: 30 for timers, 6 for each of two sweeps, and what a phase may add
            assertThat(turns() - before).isBetween(36.0, 45.0);
        }
    }

    @Test
    void takesNoMoreTurnsForAPromptThatAWorkerHas() {
        try (driver) {
            // Given
            driver.createInputTopic(
                            pipeline.topics().prompts().name(), new ByteArraySerializer(), new ByteArraySerializer())
                    .pipeInput("17".getBytes(UTF_8), "{\"prompt\": \"Once\"}".getBytes(UTF_8), RouterBench.START);
            assertThat(driver.getKeyValueStore(Names.ASSIGNMENTS_STORE).approximateNumEntries())
                    .isEqualTo(1);
            pass(Duration.ofSeconds(20));
            double before = turns();

            // When
            pass(Duration.ofSeconds(60));

            // Then
            assertThat(turns() - before).isBetween(36.0, 45.0);
        }
    }

    private void pass(Duration time) {
        for (long loops = time.dividedBy(LOOP); loops > 0; loops--) {
            driver.advanceWallClockTime(LOOP);
        }
    }

    private double turns() {
        return driver.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("punctuate-total"))
                .mapToDouble(each -> (Double) each.getValue().metricValue())
                .sum();
    }
}

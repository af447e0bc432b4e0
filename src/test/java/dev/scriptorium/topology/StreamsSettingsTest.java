package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.pipeline.KafkaProperties;
import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;

/** What Kafka Streams is told. */
class StreamsSettingsTest {
    private static Pipeline pipeline(Map<String, String> streams) {
        Pipeline tiny = Pipelines.tiny();
        KafkaProperties kafka = new KafkaProperties(
                Map.of("bootstrap.servers", "kafka:9092", "security.protocol", "SSL"),
                streams,
                Map.of("client.rack", "north"),
                Map.of(),
                Map.of());
        return new Pipeline(
                tiny.name(),
                tiny.topics(),
                tiny.models(),
                tiny.lanes(),
                tiny.routes(),
                tiny.limits(),
                tiny.retries(),
                tiny.tenants(),
                kafka,
                tiny.integrations());
    }

    @Test
    void promisesStandAboveWhateverThePipelineSays() {
        // Given
        Pipeline pipeline = pipeline(Map.of("processing.guarantee", "at_least_once", "commit.interval.ms", "50"));

        // When
        Properties settings = StreamsSettings.of(pipeline, Path.of("state"));

        // Then
        assertThat(settings)
                .containsEntry("processing.guarantee", "exactly_once_v2")
                .containsEntry("application.id", "scriptorium")
                .containsEntry("state.dir", "state")
                .containsEntry("errors.dead.letter.queue.topic.name", "dead-letters")
                .containsEntry("commit.interval.ms", "50")
                .containsEntry("security.protocol", "SSL")
                .containsEntry("consumer.client.rack", "north");
        assertThat(new StreamsConfig(settings).getMainConsumerConfigs("group", "client", 0))
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("client.rack", "north");
    }

    @Test
    void pipelineWithoutBrokersIsRefused() {
        assertThatThrownBy(() -> StreamsSettings.of(Pipelines.tiny(), Path.of("state")))
                .hasMessageContaining("bootstrap.servers");
    }
}

package dev.scriptorium.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedKafkaIT {
    private static final TopicPartition TEXTS = new TopicPartition("texts", 0);

    @TempDir
    Path folder;

    @Test
    void keepsItsRecordsOverARestart() throws Exception {
        // Given
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of());
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers()),
                        new StringSerializer(),
                        new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic(TEXTS.topic(), 1, (short) 1)))
                    .all()
                    .get();
            producer.send(new ProducerRecord<>(TEXTS.topic(), "a", "written before"))
                    .get();
        }

        // When
        List<String> found;
        try (EmbeddedKafka kafka = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of());
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(TEXTS));
            found = consumer.poll(Duration.ofSeconds(10)).records(TEXTS).stream()
                    .map(entry -> entry.value())
                    .toList();
        }

        // Then
        assertThat(found).containsExactly("written before");
    }

    @Test
    void refusesAFolderThatIsInUseAndSaysWhatToDo() {
        // Given
        try (EmbeddedKafka first = EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of())) {
            assertThat(first.bootstrapServers()).startsWith("127.0.0.1:");

            // When / Then
            assertThatThrownBy(() -> EmbeddedKafka.start(folder.resolve("kafka"), 0, Map.of()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("in use by another process")
                    .hasMessageContaining("--state");
        }
    }
}

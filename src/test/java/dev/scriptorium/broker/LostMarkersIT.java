package dev.scriptorium.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A node that was killed between the decision about a transaction and its markers. The kill is played: the partition's
 * folder is put back to what it was before the marker, which is what the kill leaves.
 */
class LostMarkersIT {
    private static final TopicPartition TEXTS = new TopicPartition("texts", 0);
    private static final Duration PATIENCE = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    void aTransactionThatWasDecidedIsCommittedAtTheNextStart() throws Exception {
        // Given
        loseTheMarkerOf(KafkaProducer::commitTransaction);

        // When
        List<String> found = startAndReadCommitted();

        // Then
        assertThat(found).containsExactly("decided", "written after");
    }

    @Test
    void aTransactionThatWasGivenUpIsAbortedAtTheNextStart() throws Exception {
        // Given
        loseTheMarkerOf(KafkaProducer::abortTransaction);

        // When
        List<String> found = startAndReadCommitted();

        // Then
        assertThat(found).containsExactly("written after");
    }

    private interface End {
        void of(KafkaProducer<String, String> producer);
    }

    private void loseTheMarkerOf(End end) throws Exception {
        Path partition = kafkaFolder().resolve("texts-0");
        Path before = folder.resolve("before");
        try (EmbeddedKafka kafka = EmbeddedKafka.start(kafkaFolder(), 0, Map.of());
                Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
                KafkaProducer<String, String> producer = producer(kafka)) {
            admin.createTopics(List.of(new NewTopic(TEXTS.topic(), 1, (short) 1)))
                    .all()
                    .get();
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>(TEXTS.topic(), "a", "decided")).get();
            copy(partition, before);
            end.of(producer);
        }
        delete(partition);
        copy(before, partition);
        Files.delete(kafkaFolder().resolve(".kafka_cleanshutdown"));
    }

    private List<String> startAndReadCommitted() {
        try (EmbeddedKafka kafka = EmbeddedKafka.start(kafkaFolder(), 0, Map.of());
                KafkaProducer<String, String> producer = producer(kafka);
                KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers", kafka.bootstrapServers(),
                                "auto.offset.reset", "earliest",
                                "isolation.level", "read_committed"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            var _ = producer.send(new ProducerRecord<>(TEXTS.topic(), "b", "written after"));
            producer.commitTransaction();
            consumer.assign(List.of(TEXTS));
            List<String> found = new ArrayList<>();
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!found.contains("written after") && System.nanoTime() < end) {
                for (ConsumerRecord<String, String> each : consumer.poll(Duration.ofMillis(200))) {
                    found.add(each.value());
                }
            }
            return found;
        }
    }

    private static KafkaProducer<String, String> producer(EmbeddedKafka kafka) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "transactional.id", "writer"),
                new StringSerializer(),
                new StringSerializer());
    }

    private Path kafkaFolder() {
        return folder.resolve("kafka");
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file)));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

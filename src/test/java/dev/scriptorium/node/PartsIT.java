package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.broker.RunningKafka;
import dev.scriptorium.broker.RunningKafkaExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Topics, router and workers as processes of their own, on a Kafka of their own, while some of them are killed. */
@ExtendWith(RunningKafkaExtension.class)
class PartsIT {
    private static final int PROMPTS = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String REPLIES = "parts.replies";
    private static final Map<String, String> PREFIX = Map.of("SCRIPTORIUM_TOPICS_PREFIX", "parts.");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void everyPromptIsAnsweredOnceAlthoughAWorkerAndTheRouterAreKilled(RunningKafka kafka) throws Exception {
        // Given
        Files.writeString(
                folder.resolve("pipeline.yaml"),
                Files.readString(Path.of("topology/pipeline.yaml"))
                        + "\nreply_topics:\n  "
                        + REPLIES
                        + ": {partitions: 1}\n");
        try (Launched topics = part(kafka, "topics")) {
            assertThat(topics.waitFor()).as(topics.said()).isZero();
            assertThat(topics.said()).contains("created  parts.prompts (8 partitions)");
        }
        try (Launched check = part(kafka, "topics", "--check")) {
            assertThat(check.waitFor()).as(check.said()).isZero();
        }

        // When
        Map<String, String> texts = new TreeMap<>();
        try (Launched router = part(kafka, "router", "--state", state("first"));
                Launched doomed = part(kafka, "worker", "--name", "doomed");
                KafkaConsumer<String, String> completions = completions(kafka)) {
            publish(kafka);
            collect(completions, texts, 5);
            doomed.kill();
            router.kill();
            try (Launched secondRouter = part(kafka, "router", "--state", state("second"));
                    Launched heir = part(kafka, "worker", "--name", "heir")) {
                collect(completions, texts, PROMPTS);
                assertThat(secondRouter.isAlive()).isTrue();
                assertThat(heir.isAlive()).isTrue();
            }
        }

        // Then
        assertThat(texts).hasSize(PROMPTS).doesNotContainValue("");
        assertThat(texts.values().stream().distinct())
                .as("equal prompts, one seed")
                .hasSize(1);
        assertThat(correlations(kafka))
                .as("each asked for one reply")
                .containsExactlyInAnyOrderElementsOf(
                        texts.keySet().stream().map(key -> "c-" + key).toList());
    }

    /** Of all replies that are committed by now. */
    private static List<String> correlations(RunningKafka kafka) {
        List<String> found = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = consumer(kafka)) {
            TopicPartition replies = new TopicPartition(REPLIES, 0);
            consumer.assign(List.of(replies));
            long end = consumer.endOffsets(List.of(replies)).values().iterator().next();
            Instant patience = Instant.now().plus(PATIENCE);
            while (consumer.position(replies) < end && Instant.now().isBefore(patience)) {
                for (var reply : consumer.poll(Duration.ofMillis(200))) {
                    byte[] id =
                            reply.headers().lastHeader("kafka_correlationId").value();
                    found.add(new String(id, StandardCharsets.UTF_8));
                }
            }
        }
        return found;
    }

    private Launched part(RunningKafka kafka, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--bootstrap-server", kafka.bootstrapServers()));
        all.addAll(List.of("--pipeline", folder.resolve("pipeline.yaml").toString()));
        return Launched.start(folder, PREFIX, all.toArray(String[]::new));
    }

    private String state(String name) {
        return folder.resolve(name).toString();
    }

    private static void publish(RunningKafka kafka) throws ExecutionException, InterruptedException {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.in.flight.requests.per.connection", "1");
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            List<Future<RecordMetadata>> sent = IntStream.range(0, PROMPTS)
                    .mapToObj(each -> producer.send(prompt("p" + each)))
                    .toList();
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
        }
    }

    /** As Spring's ReplyingKafkaTemplate asks. */
    private static ProducerRecord<String, String> prompt(String id) {
        ProducerRecord<String, String> record = new ProducerRecord<>(
                "parts.prompts", id, "{\"prompt\": \"Once upon a time\", \"seed\": 7, \"max_tokens\": 120}");
        record.headers().add("kafka_replyTopic", REPLIES.getBytes(StandardCharsets.UTF_8));
        record.headers().add("kafka_correlationId", ("c-" + id).getBytes(StandardCharsets.UTF_8));
        return record;
    }

    private static KafkaConsumer<String, String> completions(RunningKafka kafka) {
        KafkaConsumer<String, String> consumer = consumer(kafka);
        consumer.assign(consumer.partitionsFor("parts.completions").stream()
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList());
        return consumer;
    }

    private static KafkaConsumer<String, String> consumer(RunningKafka kafka) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer());
    }

    /** Reads until so many are there; fails if one comes twice. */
    private static void collect(KafkaConsumer<String, String> completions, Map<String, String> texts, int atLeast)
            throws IOException {
        Instant end = Instant.now().plus(PATIENCE);
        while (texts.size() < atLeast) {
            assertThat(Instant.now())
                    .as("only %d of %d are there", texts.size(), atLeast)
                    .isBefore(end);
            for (var completion : completions.poll(Duration.ofMillis(200))) {
                JsonNode answer = JSON.readTree(completion.value());
                assertThat(texts.put(completion.key(), answer.path("text").asText()))
                        .as("%s is there twice", completion.key())
                        .isNull();
            }
        }
    }
}

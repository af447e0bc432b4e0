package dev.scriptorium.node;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.broker.RunningKafka;
import dev.scriptorium.broker.RunningKafkaExtension;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Cancel, deadline, streaming, draining and a wrong model, in processes as a user starts them. */
@ExtendWith(RunningKafkaExtension.class)
class LifeIT {
    private static final int DOOMED = 150;
    private static final int DRAINED = 60;
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Map<String, String> PIPELINE =
            Map.of("SCRIPTORIUM_TOPICS_PREFIX", "life.", "SCRIPTORIUM_NAME", "life");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    /** All terminal events so far, by job and id. */
    private final Map<String, JsonNode> answers = new TreeMap<>();

    private final List<JsonNode> pieces = new ArrayList<>();

    @Test
    void cancelDeadlineStreamAndDrainHoldAndEveryIdIsAnsweredOnce(RunningKafka kafka) throws Exception {
        // Given
        try (Launched topics = part(kafka, Map.of(), "topics")) {
            assertThat(topics.waitFor()).as(topics.said()).isZero();
        }
        refusesAWorkerWithOtherWeights(kafka);

        try (Launched router = part(
                        kafka,
                        Map.of(),
                        "router",
                        "--state",
                        folder.resolve("router").toString());
                Launched first = part(kafka, Map.of(), "worker", "--name", "first", "--threads", "1");
                Launched second = part(kafka, Map.of(), "worker", "--name", "second", "--threads", "1");
                KafkaProducer<String, String> producer = producer(kafka);
                KafkaConsumer<String, String> consumer = consumer(kafka)) {
            // When
            send(producer, "lives", "streamed", "\"stream\": true, \"max_tokens\": 100");
            String soon = Instant.now().plusSeconds(600).toString();
            send(producer, "lives", "in-time", "\"max_tokens\": 10, \"deadline\": \"" + soon + "\"");
            collect(consumer, 2);
            String late = Instant.now().plusMillis(300).toString();
            for (int i = 0; i < DOOMED; i++) {
                send(producer, "doomed", "d" + i, "\"max_tokens\": 400");
            }
            send(producer, "lives", "late", "\"max_tokens\": 400, \"deadline\": \"" + late + "\"");
            producer.flush();
            collect(consumer, 4);
            producer.send(new ProducerRecord<>("life.control", "{\"action\": \"cancel\", \"job\": \"doomed\"}"))
                    .get();
            collect(consumer, 3 + DOOMED);
            long cancelled = answers.values().stream()
                    .filter(answer -> answer.path("error").path("code").asText().equals("cancelled"))
                    .count();
            for (int i = 0; i < DRAINED; i++) {
                send(producer, "drained", "e" + i, "\"max_tokens\": 200");
            }
            producer.flush();
            collect(consumer, 3 + DOOMED + 2);
            first.terminate();
            int exit = first.waitFor();
            collect(consumer, 3 + DOOMED + DRAINED);

            // Then
            assertThat(cancelled).as("cancelled before their end").isPositive();
            assertThat(exit).as(first.said()).isZero();
            assertThat(first.said()).contains("worker first is gone: ");
            assertThat(second.isAlive()).isTrue();
            assertThat(router.isAlive()).isTrue();
            assertThat(answer("lives/late").path("error").path("code").asText()).isEqualTo("deadline_exceeded");
            assertThat(streamed())
                    .isEqualTo(answer("lives/streamed").path("text").asText());
            for (int i = 0; i < DRAINED; i++) {
                assertThat(answer("drained/e" + i).path("text").asText()).isNotEmpty();
            }
        }
    }

    private JsonNode answer(String key) {
        return Objects.requireNonNull(answers.get(key), key);
    }

    private void refusesAWorkerWithOtherWeights(RunningKafka kafka) throws IOException, InterruptedException {
        String other = "sha256:" + "0".repeat(64);
        try (Launched worker =
                part(kafka, Map.of("SCRIPTORIUM_MODELS_SCRIVENER_1M_DIGEST", other), "worker", "--name", "stranger")) {
            assertThat(worker.waitFor()).isEqualTo(1);
            assertThat(worker.said())
                    .contains("worker stranger is refused the lanes of model 'scrivener-1m': it loaded sha256:", other);
        }
    }

    /** The streamed text as a reader puts it together: each piece once, in order. */
    private String streamed() {
        StringBuilder text = new StringBuilder();
        int next = 0;
        boolean ended = false;
        for (JsonNode piece : pieces) {
            if (piece.path("index").asInt() >= next) {
                assertThat(piece.path("index").asInt()).isEqualTo(next);
                next += piece.path("tokens").asInt();
                text.append(piece.path("text").asText());
                ended = piece.path("finish_reason").isTextual();
            }
        }
        assertThat(ended).as("the last piece has a finish reason").isTrue();
        return text.toString();
    }

    private Launched part(RunningKafka kafka, Map<String, String> more, String... arguments) throws IOException {
        String[] all = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, all, 0, arguments.length);
        all[arguments.length] = "--bootstrap-server";
        all[arguments.length + 1] = kafka.bootstrapServers();
        Map<String, String> environment = new HashMap<>(PIPELINE);
        environment.putAll(more);
        return Launched.start(folder, environment, all);
    }

    private static void send(KafkaProducer<String, String> producer, String job, String id, String fields) {
        RecordHeaders headers = new RecordHeaders();
        headers.add("scriptorium-job", job.getBytes(StandardCharsets.UTF_8));
        // What went wrong shows as an answer that is missing.
        var unused = producer.send(new ProducerRecord<>(
                "life.prompts", null, null, id, "{\"prompt\": \"Once upon a time\", " + fields + "}", headers));
    }

    private static KafkaProducer<String, String> producer(RunningKafka kafka) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "max.in.flight.requests.per.connection", "1"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static KafkaConsumer<String, String> consumer(RunningKafka kafka) {
        KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        kafka.bootstrapServers(),
                        "isolation.level",
                        "read_committed",
                        "auto.offset.reset",
                        "earliest"),
                new StringDeserializer(),
                new StringDeserializer());
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : List.of("life.completions", "life.rejections", "life.tokens")) {
            consumer.partitionsFor(topic).forEach(each -> all.add(new TopicPartition(topic, each.partition())));
        }
        consumer.assign(all);
        return consumer;
    }

    /** Reads until so many answers are there; fails if one comes twice. */
    private void collect(KafkaConsumer<String, String> consumer, int atLeast) throws IOException {
        Instant end = Instant.now().plus(PATIENCE);
        while (answers.size() < atLeast) {
            assertThat(Instant.now())
                    .as("only %d of %d are there", answers.size(), atLeast)
                    .isBefore(end);
            for (var read : consumer.poll(Duration.ofMillis(100))) {
                JsonNode json = JSON.readTree(read.value());
                if (read.topic().equals("life.tokens")) {
                    pieces.add(json);
                } else {
                    String key = json.path("job").asText() + "/" + read.key();
                    assertThat(answers.put(key, json))
                            .as("%s is there twice", key)
                            .isNull();
                }
            }
        }
    }
}

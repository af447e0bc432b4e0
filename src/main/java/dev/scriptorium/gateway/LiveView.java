package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.event.WorkerStatus;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.wire.WorkerStatusFormat;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happened lately, read from Kafka: so a gateway that was just started shows the same as one that ran all the
 * time. One thread calls {@link #poll}; any may look.
 */
final class LiveView implements AutoCloseable {
    /** How far back speed is shown, and in what steps. */
    static final Duration SPEED_SPAN = Duration.ofMinutes(15);

    static final Duration SPEED_STEP = Duration.ofSeconds(10);
    /** How far back rejections are counted. */
    static final Duration REJECTIONS_SPAN = Duration.ofHours(24);

    private static final Logger LOG = LoggerFactory.getLogger(LiveView.class);
    /** A worker says something every two seconds; one that was silent for so long is gone. */
    private static final Duration WORKER_SILENCE_MAX = Duration.ofSeconds(15);

    private static final int RECENT_MAX = 40;

    private final List<String> answers;
    private final String workersTopic;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final WorkerStatusFormat format = new WorkerStatusFormat();
    private final AnswerReader reader = new AnswerReader();
    private final InstantSource clock;
    private final Map<String, WorkerStatus> workers = new ConcurrentHashMap<>();
    private final Map<String, Refused> rejections = new ConcurrentHashMap<>();
    private final Map<Long, Long> tokensByStep = new ConcurrentHashMap<>();
    private final Deque<Recent> recent = new ArrayDeque<>();

    /** How often requests were rejected with one code, and the last of them. */
    record Refused(String code, long count, Recent last, String message) {}

    /** A request that ended a short time ago. */
    record Recent(String job, String id, String tenant, long tokens, Instant at, boolean completed) {}

    LiveView(List<String> answers, String workersTopic, Map<String, String> kafka, InstantSource clock) {
        this.answers = List.copyOf(answers);
        this.workersTopic = workersTopic;
        this.clock = clock;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        Instant now = clock.instant();
        Map<TopicPartition, Long> from = new HashMap<>();
        from.putAll(partitions(workersTopic, now.minus(WORKER_SILENCE_MAX)));
        from.putAll(partitions(answers.getFirst(), now.minus(SPEED_SPAN)));
        from.putAll(partitions(answers.getLast(), now.minus(REJECTIONS_SPAN)));
        consumer.assign(from.keySet());
        Map<TopicPartition, Long> ends = consumer.endOffsets(from.keySet());
        consumer.offsetsForTimes(from)
                .forEach((partition, found) ->
                        consumer.seek(partition, found == null ? ends.getOrDefault(partition, 0L) : found.offset()));
    }

    void poll(Duration timeout) {
        consumer.poll(timeout).forEach(this::take);
        Instant now = clock.instant();
        workers.values().removeIf(status -> status.at().plus(WORKER_SILENCE_MAX).isBefore(now));
        tokensByStep.keySet().removeIf(step -> step < step(now.minus(SPEED_SPAN)));
    }

    Collection<WorkerStatus> workers() {
        return new TreeMap<>(workers).values();
    }

    Collection<Refused> rejections() {
        return new TreeMap<>(rejections).values();
    }

    /** The latest first. */
    List<Recent> recent() {
        synchronized (recent) {
            return List.copyOf(recent);
        }
    }

    /** Tokens written a second, a value a step, the oldest first; the step of this moment is not among them. */
    List<Double> speed() {
        long last = step(clock.instant()) - 1;
        long steps = SPEED_SPAN.dividedBy(SPEED_STEP);
        List<Double> speed = new ArrayList<>();
        for (long step = last - steps + 1; step <= last; step++) {
            speed.add(tokensByStep.getOrDefault(step, 0L) / (double) SPEED_STEP.toSeconds());
        }
        return speed;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void take(ConsumerRecord<byte[], byte[]> found) {
        try {
            if (found.topic().equals(workersTopic)) {
                takeWorker(found);
            } else {
                takeAnswer(found);
            }
        } catch (UndecodableException | IOException e) {
            LOG.debug("a record on {} is passed over: {}", found.topic(), e.getMessage());
        }
    }

    private void takeWorker(ConsumerRecord<byte[], byte[]> found) {
        String name = new String(found.key(), StandardCharsets.UTF_8);
        if (found.value() == null) {
            workers.remove(name);
        } else {
            workers.put(name, format.read(found.value()));
        }
    }

    private void takeAnswer(ConsumerRecord<byte[], byte[]> found) throws IOException {
        JsonNode answer = Call.JSON.readTree(reader.json(found.value(), header(found, AnswerFrame.SCHEMA_HEADER)));
        boolean isLine = answer.has("custom_id");
        JsonNode body = isLine ? answer.path("response").path("body") : answer;
        JsonNode own = isLine ? body.path("scriptorium") : body;
        boolean completed = found.topic().equals(answers.getFirst());
        long tokens = body.path("usage").path("completion_tokens").asLong();
        Recent request = new Recent(
                header(found, Arrival.JOB_HEADER),
                header(found, Arrival.ID_HEADER),
                own.path("tenant").asText(),
                tokens,
                Instant.ofEpochMilli(found.timestamp()),
                completed);
        synchronized (recent) {
            recent.addFirst(request);
            if (recent.size() > RECENT_MAX) {
                recent.removeLast();
            }
        }
        if (completed) {
            tokensByStep.merge(step(request.at()), tokens, Long::sum);
        } else {
            String code = body.path("error").path("code").asText();
            String message = body.path("error").path("message").asText();
            rejections.merge(
                    code,
                    new Refused(code, 1, request, message),
                    (before, now) -> new Refused(code, before.count() + 1, now.last(), now.message()));
        }
    }

    private static long step(Instant at) {
        return at.getEpochSecond() / SPEED_STEP.toSeconds();
    }

    private Map<TopicPartition, Long> partitions(String topic, Instant from) {
        Map<TopicPartition, Long> partitions = new HashMap<>();
        consumer.partitionsFor(topic)
                .forEach(partition ->
                        partitions.put(new TopicPartition(topic, partition.partition()), from.toEpochMilli()));
        return partitions;
    }

    private static String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }
}

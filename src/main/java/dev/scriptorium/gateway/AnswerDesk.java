package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings answers to those who wait for them. One thread reads what is settled from now on; whoever waits has said so
 * before sending, so no answer is missed. Safe for several threads.
 */
final class AnswerDesk implements AutoCloseable {
    /** The job of single calls: ids are the gateway's own and unique in it. */
    static final String JOB = "http";

    private static final Logger LOG = LoggerFactory.getLogger(AnswerDesk.class);
    private static final Duration TURN = Duration.ofMillis(500);
    private static final Duration SEARCH_MAX = Duration.ofSeconds(20);

    private final List<String> answers;
    private final String deadLetters;
    private final String tokens;
    private final Map<String, String> kafka;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::follow, "answer-desk");

    AnswerDesk(List<String> answers, String deadLetters, String tokens, Map<String, String> kafka) {
        this.answers = List.copyOf(answers);
        this.deadLetters = deadLetters;
        this.tokens = tokens;
        this.kafka = Map.copyOf(kafka);
        this.consumer = consumer();
        List<String> all = new ArrayList<>(answers);
        all.add(deadLetters);
        all.add(tokens);
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : all) {
            consumer.partitionsFor(topic)
                    .forEach(partition -> partitions.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(partitions);
        // Looked up now and not when polled first: what is sent after this must be seen.
        consumer.endOffsets(partitions).forEach(consumer::seek);
        thread.start();
    }

    /** What comes for one request. */
    sealed interface News {
        /** A piece of its text, as the tokens topic has it. */
        record Piece(JsonNode piece) implements News {}

        /** Its answer, as the completions and rejections topics have it. */
        record Answer(JsonNode answer) implements News {}

        /** Its id is another's. */
        record Conflict(String reason) implements News {}
    }

    /** Somebody's place at the desk; closing it gives it up. */
    final class Waiting implements AutoCloseable {
        private final String id;
        private final BlockingQueue<News> news = new LinkedBlockingQueue<>();

        private Waiting(String id) {
            this.id = id;
        }

        /** What is next; null if nothing came in that time. */
        @Nullable
        News next(Duration timeout) throws InterruptedException {
            return news.poll(timeout.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        }

        @Override
        public void close() {
            waiting.remove(id, this);
        }
    }

    /** @throws HttpProblem if somebody waits under this id already */
    Waiting expect(String id) {
        Waiting place = new Waiting(id);
        if (waiting.putIfAbsent(id, place) != null) {
            throw HttpProblem.conflict(
                    "idempotency_key_in_use", "a request with this Idempotency-Key is waiting for its answer");
        }
        return place;
    }

    /** Looks an answer up that may have been given before; null if there is none since then. */
    News.@Nullable Answer search(String id, Instant since) {
        byte[] key = id.getBytes(StandardCharsets.UTF_8);
        try (KafkaConsumer<byte[], byte[]> reader = consumer()) {
            Map<TopicPartition, Long> from = new HashMap<>();
            for (String topic : answers) {
                int partitions = reader.partitionsFor(topic).size();
                // As Kafka's own producers place a key.
                int partition = Utils.toPositive(Utils.murmur2(key)) % partitions;
                from.put(new TopicPartition(topic, partition), since.toEpochMilli());
            }
            reader.assign(from.keySet());
            Map<TopicPartition, Long> ends = reader.endOffsets(from.keySet());
            reader.offsetsForTimes(from)
                    .forEach((partition, found) ->
                            reader.seek(partition, found == null ? ends.getOrDefault(partition, 0L) : found.offset()));
            for (long turns = SEARCH_MAX.dividedBy(TURN); turns > 0 && isBehind(reader, ends); turns--) {
                for (ConsumerRecord<byte[], byte[]> found : reader.poll(TURN)) {
                    if (id.equals(header(found, Arrival.ID_HEADER)) && JOB.equals(header(found, Arrival.JOB_HEADER))) {
                        return new News.Answer(Call.JSON.readTree(found.value()));
                    }
                }
            }
            return null;
        } catch (IOException e) {
            throw new IllegalStateException("an answer on the topics is not JSON", e);
        }
    }

    @Override
    public void close() {
        consumer.wakeup();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void follow() {
        try (consumer) {
            while (true) {
                consumer.poll(TURN).forEach(this::hand);
            }
        } catch (WakeupException e) {
            LOG.debug("the answer desk is closed");
        } catch (RuntimeException e) {
            LOG.error("answers cannot be read any more; single calls will wait in vain", e);
        }
    }

    private void hand(ConsumerRecord<byte[], byte[]> found) {
        boolean isPiece = found.topic().equals(tokens);
        String id = isPiece ? String.valueOf(text(found.key())) : header(found, Arrival.ID_HEADER);
        Waiting place = id == null ? null : waiting.get(id);
        if (place == null || found.value() == null) {
            return;
        }
        try {
            if (isPiece) {
                JsonNode piece = Call.JSON.readTree(found.value());
                if (JOB.equals(piece.path("job").asText())) {
                    place.news.add(new News.Piece(piece));
                }
            } else if (JOB.equals(header(found, Arrival.JOB_HEADER))) {
                place.news.add(
                        found.topic().equals(deadLetters)
                                ? new News.Conflict(String.valueOf(header(found, Arrival.REASON_HEADER)))
                                : new News.Answer(Call.JSON.readTree(found.value())));
            }
        } catch (IOException e) {
            LOG.warn("a record on {} is passed over, because it is not JSON", found.topic());
        }
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // Somebody waits for each single record.
        settings.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, "50");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static boolean isBehind(KafkaConsumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue());
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null ? null : text(header.value());
    }

    private static @Nullable String text(byte @Nullable [] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}

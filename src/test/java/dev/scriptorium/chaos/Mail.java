package dev.scriptorium.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What a user's program does: sends prompts until the broker has them, and reads answers. */
final class Mail implements AutoCloseable {
    static final List<String> ANSWERS = List.of("completions", "rejections");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final String bootstrapServers;
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Queue<ProducerRecord<byte[], byte[]>> again = new ConcurrentLinkedQueue<>();
    private final ExecutorService sender =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicInteger sent = new AtomicInteger();

    Mail(String bootstrapServers) {
        this.bootstrapServers = bootstrapServers;
        this.producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "max.in.flight.requests.per.connection", "1",
                        "delivery.timeout.ms", "60000",
                        "request.timeout.ms", "5000",
                        "linger.ms", "5"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.consumer = consumer(ANSWERS);
    }

    void prompt(String job, String json) {
        ProducerRecord<byte[], byte[]> record = new ProducerRecord<>("prompts", json.getBytes(StandardCharsets.UTF_8));
        record.headers().add(Arrival.JOB_HEADER, job.getBytes(StandardCharsets.UTF_8));
        send(record);
    }

    /** Sends until the broker has it, which is why a record may come twice. */
    void send(ProducerRecord<byte[], byte[]> record) {
        sent.incrementAndGet();
        put(record);
    }

    /** On a thread of its own: a producer waits for a broker that is down, and whoever makes it come up must not. */
    private void put(ProducerRecord<byte[], byte[]> record) {
        sender.execute(() -> {
            var unused = producer.send(record, (metadata, error) -> {
                if (error == null) {
                    taken.incrementAndGet();
                } else {
                    again.add(record);
                }
            });
        });
    }

    /** Records that the broker does not have yet. */
    int unsent() {
        return sent.get() - taken.get();
    }

    /** Shows the answers that came since the last call. */
    void poll(Duration most, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        for (ProducerRecord<byte[], byte[]> next = again.poll(); next != null; next = again.poll()) {
            put(next);
        }
        consumer.poll(most).forEach(reader);
    }

    /** All records of some topics from the beginning to where they end now. */
    void readAll(List<String> topics, Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        try (KafkaConsumer<byte[], byte[]> all = consumer(topics)) {
            Map<TopicPartition, Long> ends = all.endOffsets(all.assignment());
            while (ends.entrySet().stream().anyMatch(end -> all.position(end.getKey()) < end.getValue())) {
                all.poll(Duration.ofMillis(200)).forEach(reader);
            }
        }
    }

    /** All that is the same in every run of the same prompt; the rest is times and names of workers. */
    static String essence(byte[] answer) {
        try {
            JsonNode tree = JSON.readTree(answer);
            JsonNode error = tree.path("error");
            return error.isMissingNode()
                    ? String.join("|", tree.path("finish_reason").asText(), tokens(tree.path("usage")), text(tree))
                    : error.path("code").asText() + "|" + error.path("message").asText();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many of them came from a cache depends on what ran before. */
    private static String tokens(JsonNode usage) {
        return usage.path("prompt_tokens") + "+" + usage.path("completion_tokens");
    }

    private static String text(JsonNode tree) {
        return tree.path("text").asText() + "|" + tree.path("sampling") + "|" + tree.path("weights_digest");
    }

    static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? "" : new String(header.value(), StandardCharsets.UTF_8);
    }

    private KafkaConsumer<byte[], byte[]> consumer(List<String> topics) {
        Map<String, Object> settings = new HashMap<>();
        settings.put("bootstrap.servers", bootstrapServers);
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        KafkaConsumer<byte[], byte[]> made =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        made.assign(topics.stream()
                .flatMap(topic -> made.partitionsFor(topic).stream())
                .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                .toList());
        return made;
    }

    @Override
    public void close() {
        sender.shutdownNow();
        producer.close(Duration.ofSeconds(2));
        consumer.close();
    }
}

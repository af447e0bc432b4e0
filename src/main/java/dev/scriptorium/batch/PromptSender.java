package dev.scriptorium.batch;

import dev.scriptorium.wire.Arrival;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Publishes lines as prompt events, in order and without waiting for each. */
final class PromptSender implements AutoCloseable {
    /** Room for key and headers beside a value of the largest size. */
    private static final int RECORD_OVERHEAD_BYTES = 1 << 16;

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final byte[] job;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    PromptSender(String job, BulkJob.Topics topics, Map<String, String> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        // On a topic just made the first batch may fail and a later one in flight overtake it; the broker then refuses
        // the first as out of order until its time is up.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, topics.recordBytesMax() + RECORD_OVERHEAD_BYTES);
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topics.prompts();
        this.job = job.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws IllegalStateException if an earlier line could not be published */
    void send(LineIntake.Decision.Send line) {
        check();
        var prompt = new ProducerRecord<>(topic, line.recordKey().getBytes(StandardCharsets.UTF_8), line.value());
        prompt.headers().add(Arrival.JOB_HEADER, job);
        prompt.headers().add(Arrival.SOURCE_HEADER, line.source().getBytes(StandardCharsets.UTF_8));
        var _ = producer.send(prompt, (metadata, problem) -> {
            if (problem != null) {
                failure.compareAndSet(null, problem);
            }
        });
    }

    /** @throws IllegalStateException if a line could not be published */
    void check() {
        Exception problem = failure.get();
        if (problem != null) {
            throw new IllegalStateException(
                    "prompts cannot be published to " + topic + ": " + problem.getMessage(), problem);
        }
    }

    /** Waits until all that was sent is durable. */
    void flush() {
        producer.flush();
        check();
    }

    @Override
    public void close() {
        producer.close();
    }
}

package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.wire.BatchJson;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Writes states of batches to the batches topic; a state that was written is durable. Safe for several threads. */
public final class BatchLog implements AutoCloseable {
    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final BatchJson json = new BatchJson();

    public BatchLog(BulkJob.Topics topics, Map<String, String> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topics.batches();
    }

    /** @throws IllegalStateException if the broker does not take it */
    public void write(Batch batch, @Nullable JobTally tally) {
        byte[] key = batch.job().getBytes(StandardCharsets.UTF_8);
        ProducerRecord<byte[], byte[]> state = new ProducerRecord<>(topic, key, json.write(batch, tally));
        state.headers().add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
        try {
            producer.send(state).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the state of job '" + batch.job() + "' cannot be published to " + topic + ": " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while a job's state was being published", e);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

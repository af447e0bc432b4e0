package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.wire.ControlText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Cancels what a job has sent so far, and says so on the batches topic if the job is a file. */
public final class JobCancellation {
    private final BulkJob.Topics topics;
    private final Map<String, String> kafka;
    private final InstantSource clock;

    public JobCancellation(BulkJob.Topics topics, Map<String, String> kafka, InstantSource clock) {
        this.topics = topics;
        this.kafka = Map.copyOf(kafka);
        this.clock = clock;
    }

    /** @throws IllegalStateException if Kafka does not take it */
    public void cancel(JobView view, String reason) {
        Instant now = clock.instant();
        Batch batch = view.batch();
        if (batch != null) {
            try (BatchLog log = new BatchLog(topics, kafka)) {
                log.write(batch.to(Phase.CANCELLING, now), null);
            }
        }
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] key = view.job().getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(topics.control(), key, ControlText.cancelJob(view.job(), reason, now)))
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(
                    "the cancellation of job '" + view.job() + "' cannot be published: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while a cancellation was being published", e);
        }
    }
}

package dev.scriptorium.lane;

import dev.scriptorium.event.WorkerStatus;
import dev.scriptorium.wire.WorkerStatusFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the workers topic what a worker is doing, every two seconds, and that it stopped. Nothing depends on it but
 * those who watch: a status that cannot be published is lost, and the next one says more.
 */
public final class StatusPublisher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatusPublisher.class);
    private static final Duration EVERY = Duration.ofSeconds(2);
    private static final Duration GOODBYE_MAX = Duration.ofSeconds(2);

    private final KafkaProducer<byte[], byte[]> producer;
    private final String topic;
    private final byte[] key;
    private final Supplier<WorkerStatus> status;
    private final WorkerStatusFormat format = new WorkerStatusFormat();
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "worker-status"));

    /**
     * @param status asked on a thread of its own
     * @param kafka client properties under Kafka's own names, with bootstrap.servers
     */
    public StatusPublisher(String topic, String worker, Supplier<WorkerStatus> status, Map<String, String> kafka) {
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ProducerConfig.ACKS_CONFIG, "1");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "false");
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        this.topic = topic;
        this.key = worker.getBytes(StandardCharsets.UTF_8);
        this.status = status;
        var _ = thread.scheduleWithFixedDelay(this::say, 0, EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        thread.shutdownNow();
        send(new ProducerRecord<>(topic, key, null));
        producer.close(GOODBYE_MAX);
    }

    private void say() {
        try {
            send(new ProducerRecord<>(topic, key, format.write(status.get())));
        } catch (RuntimeException e) {
            LOG.debug("the worker's status could not be published", e);
        }
    }

    private void send(ProducerRecord<byte[], byte[]> said) {
        var _ = producer.send(said, (metadata, problem) -> {
            if (problem != null) {
                LOG.debug("the worker's status could not be published", problem);
            }
        });
    }
}

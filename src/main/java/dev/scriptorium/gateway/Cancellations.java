package dev.scriptorium.gateway;

import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.ControlText;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says on the control topic that answers are not wanted any more. Safe for several threads. */
final class Cancellations {
    private static final Logger LOG = LoggerFactory.getLogger(Cancellations.class);

    private final Producer<byte[], byte[]> producer;
    private final String topic;
    private final InstantSource clock;

    Cancellations(Producer<byte[], byte[]> producer, String topic, InstantSource clock) {
        this.producer = producer;
        this.topic = topic;
        this.clock = clock;
    }

    /** All of a job that was sent so far. */
    void job(String job, String reason) {
        send(job, ControlText.cancelJob(job, reason, clock.instant()));
    }

    void request(RequestId request, String reason) {
        send(request.key(), ControlText.cancelRequest(request, reason, clock.instant()));
    }

    private void send(String key, byte[] value) {
        var _ = producer.send(
                new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value), (metadata, problem) -> {
                    if (problem != null) {
                        LOG.warn("the cancellation of {} could not be published", key, problem);
                    }
                });
    }
}

package dev.scriptorium.lane;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears what the router tells all workers not to write any more. It belongs to no group, because every worker hears
 * everything, and begins at the beginning of the topic, which keeps as much as may still matter.
 */
final class CancellationFeed {
    private static final Logger LOG = LoggerFactory.getLogger(CancellationFeed.class);

    private final Consumer<byte[], byte[]> consumer;
    private final EventCodec codec;
    private final String topic;
    /** False where the topic is not there: an older pipeline's router tells nobody. */
    private boolean listens;

    CancellationFeed(Consumer<byte[], byte[]> consumer, EventCodec codec, String topic) {
        this.consumer = consumer;
        this.codec = codec;
        this.topic = topic;
    }

    void open() {
        List<TopicPartition> all = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        listens = !all.isEmpty();
        if (listens) {
            consumer.assign(all);
            consumer.seekToBeginning(all);
        }
    }

    /** Tells what is new; never waits. */
    int hear(java.util.function.Consumer<Cancellation> listener) {
        if (!listens) {
            return 0;
        }
        int count = 0;
        for (ConsumerRecord<byte[], byte[]> heard : consumer.poll(Duration.ZERO)) {
            count++;
            try {
                listener.accept(codec.cancellation(heard.value() == null ? new byte[0] : heard.value()));
            } catch (UndecodableException e) {
                // The router decides; what a worker does not understand costs it some work and nobody an answer.
                LOG.atWarn()
                        .addKeyValue("topic", heard.topic())
                        .addKeyValue("offset", heard.offset())
                        .setCause(e)
                        .log("A cancellation cannot be read; it is left to the router");
            }
        }
        return count;
    }

    void close(Duration timeout) {
        consumer.close(CloseOptions.timeout(timeout));
    }
}

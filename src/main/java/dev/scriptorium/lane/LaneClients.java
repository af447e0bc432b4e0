package dev.scriptorium.lane;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A lane reader's connections to Kafka. Who is handed them may read their metrics and nothing else; they belong to the
 * reader's thread.
 *
 * @param cancellations hears what all workers hear
 */
public record LaneClients(
        Consumer<byte[], byte[]> consumer, Producer<String, byte[]> producer, Consumer<byte[], byte[]> cancellations) {
    private static final Logger LOG = LoggerFactory.getLogger(LaneClients.class);

    /** @throws org.apache.kafka.common.KafkaException if a property is wrong; nothing is contacted yet */
    static LaneClients connect(LaneSettings settings) {
        Deque<AutoCloseable> opened = new ArrayDeque<>();
        try {
            Consumer<byte[], byte[]> consumer = consumer(consumerProperties(settings), opened);
            Consumer<byte[], byte[]> cancellations = consumer(broadcastProperties(settings), opened);
            return new LaneClients(
                    consumer,
                    new KafkaProducer<>(
                            producerProperties(settings), new StringSerializer(), new ByteArraySerializer()),
                    cancellations);
        } catch (RuntimeException e) {
            opened.forEach(LaneClients::close);
            throw e;
        }
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> properties, Deque<AutoCloseable> opened) {
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        opened.push(consumer);
        return consumer;
    }

    private static void close(AutoCloseable client) {
        try {
            client.close();
        } catch (Exception e) {
            LOG.debug("a client that was not used yet did not close", e);
        }
    }

    /** Of a reader that belongs to no group. */
    static Map<String, Object> broadcastProperties(LaneSettings settings) {
        Map<String, Object> properties = consumerProperties(settings);
        properties.remove("group.id");
        properties.remove("group.protocol");
        properties.remove("group.instance.id");
        properties.put("auto.offset.reset", "earliest");
        return properties;
    }

    /** The user's own come over the preferred, and the necessary over the user's. */
    static Map<String, Object> consumerProperties(LaneSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("group.protocol", "consumer");
        properties.put("auto.offset.reset", "earliest");
        properties.putAll(settings.kafka());
        properties.put("group.id", settings.group());
        properties.put("enable.auto.commit", "false");
        properties.put("isolation.level", "read_committed");
        properties.put("max.poll.records", Integer.toString(settings.limits().pollRecordsMax()));
        return properties;
    }

    static Map<String, Object> producerProperties(LaneSettings settings) {
        Map<String, Object> properties = new HashMap<>();
        properties.put("compression.type", "lz4");
        // On a topic just made, the first of several batches in flight may fail and a later one succeed; the broker
        // then
        // calls the first out of order until its time is up, two minutes later. One in flight cannot be overtaken.
        properties.put("max.in.flight.requests.per.connection", "1");
        properties.putAll(settings.kafka());
        properties.put("enable.idempotence", "true");
        properties.put("acks", "all");
        return properties;
    }
}

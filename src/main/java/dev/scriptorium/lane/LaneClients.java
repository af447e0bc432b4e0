package dev.scriptorium.lane;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A lane reader's two connections to Kafka. */
record LaneClients(Consumer<byte[], byte[]> consumer, Producer<String, byte[]> producer) {
    /** @throws org.apache.kafka.common.KafkaException if a property is wrong; nothing is contacted yet */
    static LaneClients connect(LaneSettings settings) {
        Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                consumerProperties(settings), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        try {
            return new LaneClients(
                    consumer,
                    new KafkaProducer<>(
                            producerProperties(settings), new StringSerializer(), new ByteArraySerializer()));
        } catch (RuntimeException e) {
            consumer.close();
            throw e;
        }
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

package dev.scriptorium.pipeline;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Properties for Kafka's clients under Kafka's own names, passed through unchanged, so that TLS and SASL just work.
 *
 * @param common for every client
 * @param streams for the router, over {@code common}
 * @param consumer for consumers, the router's included
 * @param producer for producers, the router's included
 * @param admin for admin clients, the router's included
 */
public record KafkaProperties(
        Map<String, String> common,
        Map<String, String> streams,
        Map<String, String> consumer,
        Map<String, String> producer,
        Map<String, String> admin) {
    public static final String BOOTSTRAP_SERVERS = "bootstrap.servers";

    /** Nothing said: the embedded broker is used. */
    public static final KafkaProperties NONE = new KafkaProperties(Map.of(), Map.of(), Map.of(), Map.of(), Map.of());

    public KafkaProperties {
        common = sorted(common);
        streams = sorted(streams);
        consumer = sorted(consumer);
        producer = sorted(producer);
        admin = sorted(admin);
    }

    /** All that a plain consumer is given. */
    public Map<String, String> forConsumer() {
        return over(common, consumer);
    }

    /** All that a plain producer is given. */
    public Map<String, String> forProducer() {
        return over(common, producer);
    }

    /** All that an admin client is given. */
    public Map<String, String> forAdmin() {
        return over(common, admin);
    }

    /** All that Kafka Streams is given; what is for one of its clients has that client's prefix. */
    public Map<String, String> forStreams() {
        Map<String, String> all = over(common, streams);
        consumer.forEach((key, value) -> all.put("consumer." + key, value));
        producer.forEach((key, value) -> all.put("producer." + key, value));
        admin.forEach((key, value) -> all.put("admin." + key, value));
        return all;
    }

    /** The same with another {@code bootstrap.servers} for every client. */
    public KafkaProperties withBootstrapServers(String bootstrapServers) {
        Map<String, String> changed = new TreeMap<>(common);
        changed.put(BOOTSTRAP_SERVERS, bootstrapServers);
        return new KafkaProperties(changed, streams, consumer, producer, admin);
    }

    /** Names only: the values may be passwords, and a record's own text ends up in logs. */
    @Override
    public String toString() {
        return "KafkaProperties" + forStreams().keySet();
    }

    private static Map<String, String> over(Map<String, String> below, Map<String, String> above) {
        Map<String, String> merged = new LinkedHashMap<>(below);
        merged.putAll(above);
        return merged;
    }

    private static Map<String, String> sorted(Map<String, String> map) {
        return Collections.unmodifiableMap(new TreeMap<>(map));
    }
}

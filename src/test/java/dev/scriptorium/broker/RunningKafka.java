package dev.scriptorium.broker;

/**
 * A Kafka that tests share; ask for it as a parameter with {@link RunningKafkaExtension}. Tests keep apart by the names
 * of their topics and groups.
 */
public record RunningKafka(String bootstrapServers, Runnable stop) implements AutoCloseable {
    @Override
    public void close() {
        stop.run();
    }
}

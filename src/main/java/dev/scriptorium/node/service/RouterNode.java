package dev.scriptorium.node.service;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.RequestTopology;
import dev.scriptorium.topology.StreamsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;

/** The topology, running. Kafka Streams owns the threads. */
final class RouterNode implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    private final KafkaStreams streams;

    private RouterNode(KafkaStreams streams) {
        this.streams = streams;
    }

    /** @param state folder of the local stores; they are restored from Kafka when it is empty */
    static RouterNode start(Pipeline pipeline, Path state, Consumer<Throwable> onFailure) {
        Properties settings = StreamsSettings.of(pipeline, state);
        KafkaStreams streams = new KafkaStreams(RequestTopology.build(pipeline, settings), settings);
        streams.setUncaughtExceptionHandler(problem -> {
            onFailure.accept(problem);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        streams.start();
        return new RouterNode(streams);
    }

    @Override
    public void close() {
        streams.close(CLOSE_TIMEOUT);
    }
}

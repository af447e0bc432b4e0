package dev.scriptorium.node.service;

import dev.scriptorium.metrics.Health.Verdict;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.registry.RegistrySettings;
import dev.scriptorium.registry.SchemaRegistry;
import dev.scriptorium.topology.RequestTopology;
import dev.scriptorium.topology.StreamsSettings;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.Registered;
import dev.scriptorium.wire.confluent.WriterSchemas;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;

/** The topology, running. Kafka Streams owns the threads. */
final class RouterNode implements AutoCloseable {
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);
    /** Kafka's own max.poll.interval.ms: after it, the group gives a silent thread's partitions to others. */
    private static final double SILENCE_SECONDS_MAX = 300;

    private final KafkaStreams streams;
    private final RouterMetrics metrics;
    private final @Nullable SchemaRegistry registry;

    private RouterNode(KafkaStreams streams, RouterMetrics metrics, @Nullable SchemaRegistry registry) {
        this.streams = streams;
        this.registry = registry;
        this.metrics = metrics;
    }

    /** @param state folder of the local stores; they are restored from Kafka when it is empty */
    static RouterNode start(
            Pipeline pipeline, Path state, Operations operations, InstantSource clock, Consumer<Throwable> onFailure) {
        Properties settings = StreamsSettings.of(pipeline, state);
        RouterMetrics metrics = new RouterMetrics(operations.meters(), pipeline, clock);
        AnswerFrame frame = Registries.frame(pipeline);
        RegistrySettings asked = Registries.settings(pipeline);
        SchemaRegistry registry = asked == null ? null : SchemaRegistry.start(asked);
        Registered registered = new Registered(registry == null ? WriterSchemas.NONE : registry, frame);
        KafkaStreams streams =
                new KafkaStreams(RequestTopology.build(pipeline, settings, metrics, registered), settings);
        streams.setUncaughtExceptionHandler(problem -> {
            onFailure.accept(problem);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
        RouterNode node = new RouterNode(streams, metrics, registry);
        operations.health().add("router", node::live, node::ready);
        operations.meters().bindWhenScraped(new KafkaStreamsMetrics(streams));
        streams.start();
        return node;
    }

    private Verdict live() {
        KafkaStreams.State state = streams.state();
        boolean goesOn = switch (state) {
            case CREATED, REBALANCING, RUNNING -> true;
            case PENDING_SHUTDOWN, NOT_RUNNING, PENDING_ERROR, ERROR -> false;
        };
        if (!goesOn) {
            return Verdict.no("Kafka Streams is " + state);
        }
        if (streams.metadataForLocalThreads().stream()
                .anyMatch(thread -> thread.threadState().equals("DEAD"))) {
            return Verdict.no("a thread of Kafka Streams is dead");
        }
        double silence = secondsSincePoll();
        return silence > SILENCE_SECONDS_MAX
                ? Verdict.no("Kafka Streams has not asked for records for %.0f s".formatted(silence))
                : Verdict.yes("Kafka Streams is " + state);
    }

    /** Of the thread that asked least lately. */
    private double secondsSincePoll() {
        return streams.metrics().entrySet().stream()
                .filter(each -> each.getKey().name().equals("last-poll-seconds-ago"))
                .filter(each ->
                        !each.getKey().tags().getOrDefault("client-id", "").contains("restore"))
                .mapToDouble(each -> ((Number) each.getValue().metricValue()).doubleValue())
                .max()
                .orElse(0);
    }

    /** RUNNING is what Kafka Streams calls it when every partition that is its own has its state restored. */
    private Verdict ready() {
        KafkaStreams.State state = streams.state();
        if (state != KafkaStreams.State.RUNNING) {
            return Verdict.no("Kafka Streams is " + state);
        }
        long tasks = streams.metadataForLocalThreads().stream()
                .mapToLong(thread -> thread.activeTasks().size())
                .sum();
        return Verdict.yes("Kafka Streams is RUNNING with " + tasks + " tasks");
    }

    @Override
    public void close() {
        streams.close(CLOSE_TIMEOUT);
        metrics.close();
        if (registry != null) {
            registry.close();
        }
    }
}

package dev.scriptorium.node.service;

import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.lane.LaneLimits;
import dev.scriptorium.lane.LaneReader;
import dev.scriptorium.lane.LaneSettings;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineReader;
import dev.scriptorium.simulation.DummyModel;
import dev.scriptorium.simulation.DummySettings;
import dev.scriptorium.simulation.DummyTokenizer;
import dev.scriptorium.topology.RequestTopology;
import dev.scriptorium.topology.StreamsSettings;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.Registered;
import dev.scriptorium.worker.ServedModel;
import dev.scriptorium.worker.Worker;
import dev.scriptorium.worker.WorkerLimits;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.streams.KafkaStreams;

/**
 * All that a process with every part in it registers, seen without a Kafka: the parts are put together, not started.
 */
public final class RegisteredMeters implements AutoCloseable {
    private static final Pattern TYPE = Pattern.compile("(?m)^# TYPE (\\S+) ");
    static final String NOWHERE = "127.0.0.1:1";

    final Operations operations = new Operations();
    final WorkerMetrics worker;
    private final List<AutoCloseable> opened = new ArrayList<>();

    private RegisteredMeters(Pipeline pipeline) {
        RouterMetrics router = new RouterMetrics(operations.meters(), pipeline, InstantSource.system());
        Properties settings = StreamsSettings.of(pipeline, Path.of("target", "metrics-test"));
        KafkaStreams streams =
                new KafkaStreams(RequestTopology.build(pipeline, settings, router, Registered.NONE), settings);
        operations.meters().bindWhenScraped(new KafkaStreamsMetrics(streams));
        new GatewayMetrics(operations.meters()).answered("GET", "/v1/models", 200, Duration.ofMillis(2));
        worker = new WorkerMetrics(operations.meters(), operations.health(), "dummy");
        Worker dummy = dummy();
        LaneReader lanes = new LaneReader(lanes(), dummy, InstantSource.system(), cause -> {});
        worker.add(dummy, lanes, 32);
        opened.addAll(List.of(lanes, dummy, streams, router, operations));
    }

    public static RegisteredMeters ofAProcess() {
        return new RegisteredMeters(defaultPipeline().withBootstrapServers(NOWHERE));
    }

    /** The pipeline that the program comes with. */
    public static Pipeline defaultPipeline() {
        Path file = Path.of("topology/pipeline.yaml");
        try {
            return switch (PipelineReader.read(Files.readString(file), file.toString(), Map.of())) {
                case PipelineReader.Result.Valid(var pipeline) -> pipeline;
                case PipelineReader.Result.Invalid(var problems) -> throw new AssertionError(problems);
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a scraper gets. */
    public String scrape() {
        return operations.meters().scrape(null);
    }

    /**
     * Names of metrics as Prometheus sees them, sorted: of counters with {@code _total}, of histograms without ending.
     */
    public List<String> names() {
        TreeSet<String> names = new TreeSet<>();
        Matcher type = TYPE.matcher(scrape());
        while (type.find()) {
            names.add(type.group(1));
        }
        return List.copyOf(names);
    }

    static Worker dummy() {
        DummySettings settings = DummySettings.parse("dummy");
        DummyTokenizer tokenizer = new DummyTokenizer(settings);
        ServedModel served = new ServedModel(
                new DummyModel(settings, tokenizer.vocabularySize(), () -> {}),
                tokenizer,
                tokenizer,
                Sampling.UNSAID,
                DummyModel.endIds(),
                new Provenance("dummy", settings.digest(), "test"));
        return new Worker(
                served, WorkerLimits.of(32, settings.contextTokens()), "w1", InstantSource.system(), cause -> {});
    }

    static LaneSettings lanes() {
        return new LaneSettings(
                "scriptorium.dummy",
                List.of(new LaneSettings.Lane("lanes.bulk", 1)),
                "outcomes",
                "dead-letters",
                "tokens",
                "cancellations",
                Map.of(
                        "bootstrap.servers", NOWHERE,
                        "request.timeout.ms", "1000",
                        "default.api.timeout.ms", "4000"),
                AnswerFrame.NONE,
                new LaneLimits(3, 4, 1 << 20, 4, Duration.ofMillis(100), Duration.ofMillis(100)));
    }

    @Override
    public void close() {
        for (AutoCloseable each : opened) {
            try {
                each.close();
            } catch (Exception e) {
                throw new AssertionError(Arrays.toString(e.getStackTrace()), e);
            }
        }
    }
}

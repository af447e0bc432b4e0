package dev.scriptorium.chaos;

import dev.scriptorium.chaos.Gauge.Reading;
import dev.scriptorium.node.Launched;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A broker, a router and a process of simulated workers, with many prompts or for a long time. */
final class LoadRun implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final String JOB = "load";
    // A profile of the router alone: -Dload.router.java="-Xmx1g -XX:StartFlightRecording=filename=…"
    private static final String ROUTER_JAVA = System.getProperty("load.router.java", "-Xmx1g");

    // A commit touches every partition of a lane; with hundreds of them a tenth of a second is too often.
    private static final String COMMIT_INTERVAL_MS = System.getProperty("load.commit.interval.ms", "1000");

    private final Path folder;
    private final Path pipeline;
    private final String bootstrapServers;
    private final List<Launched> running = new ArrayList<>();
    private final List<Gauge> gauges = new ArrayList<>();
    private final KafkaProducer<byte[], byte[]> producer;
    private final KafkaConsumer<byte[], byte[]> answers;
    private final BitSet answered = new BitSet();
    private final Instant start;
    private int twice;
    private int rejected;

    /** @param dummy what the simulated workers are like */
    LoadRun(Path folder, int port, int workers, String dummy) throws Exception {
        this.folder = folder;
        this.bootstrapServers = "127.0.0.1:" + port;
        this.pipeline = Files.writeString(folder.resolve("pipeline.yaml"), yaml(workers, dummy));
        launch("broker", "-Xmx512m", "broker", "--port", port + "", "--state", folder.resolve("broker") + "");
        try (Launched topics = Launched.start(folder, "topics", "--pipeline", pipeline.toString())) {
            if (topics.waitFor() != 0) {
                throw new IllegalStateException(topics.said());
            }
        }
        startRouter();
        launch("workers", "-Xmx1g", "worker", "--pipeline", pipeline + "", "--simulated-workers", workers + "");
        this.producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrapServers, "linger.ms", "20", "compression.type", "lz4"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.answers = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrapServers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        answers.assign(Stream.of("completions", "rejections")
                .flatMap(topic -> answers.partitionsFor(topic).stream())
                .map(each -> new TopicPartition(each.topic(), each.partition()))
                .toList());
        answers.seekToBeginning(answers.assignment());
        // So that what is measured is work, and not the start of Java.
        answer(0, 1);
        this.start = Instant.now();
    }

    int twice() {
        return twice;
    }

    int rejected() {
        return rejected;
    }

    int answered() {
        return answered.cardinality();
    }

    /** Sends these prompts without waiting. */
    void send(int from, int to) {
        for (int i = from; i < to; i++) {
            String json = "{\"id\":\"%d\",\"prompt\":\"Once upon a time, number %d\",\"max_tokens\":8}".formatted(i, i);
            var record = new ProducerRecord<byte[], byte[]>("prompts", json.getBytes(StandardCharsets.UTF_8));
            record.headers().add(Arrival.JOB_HEADER, JOB.getBytes(StandardCharsets.UTF_8));
            var unused = producer.send(record);
        }
    }

    /** Reads answers for so long. */
    void read(Duration time) {
        Instant end = Instant.now().plus(time);
        while (Instant.now().isBefore(end)) {
            answers.poll(Duration.ofMillis(100)).forEach(this::note);
        }
    }

    private void note(ConsumerRecord<byte[], byte[]> answer) {
        int id = Integer.parseInt(new String(answer.key(), StandardCharsets.UTF_8));
        if (answered.get(id)) {
            twice++;
        }
        answered.set(id);
        rejected += answer.topic().equals("rejections") ? 1 : 0;
    }

    /** Sends these prompts and reads until all are answered. */
    private void answer(int from, int to) {
        send(from, to);
        producer.flush();
        Instant end = Instant.now().plus(PATIENCE);
        while (answered.get(from, to).cardinality() < to - from) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("no answer in " + PATIENCE);
            }
            read(Duration.ofMillis(50));
        }
    }

    /** A line of figures: memory of each process, its heap after a collection if wanted, processor time. */
    List<Reading> say(boolean collects) throws IOException, InterruptedException {
        List<Reading> readings = new ArrayList<>();
        StringBuilder line = new StringBuilder("%5d s  %,9d answered"
                .formatted(Duration.between(start, Instant.now()).toSeconds(), answered()));
        for (Gauge gauge : gauges) {
            Reading reading = gauge.read(collects);
            readings.add(reading);
            line.append("  %s: resident %,d MiB, heap %,d MiB, processor %.0f s"
                    .formatted(gauge.name(), reading.residentMib(), reading.heapMib(), reading.cpuSeconds()));
        }
        System.out.println(line);
        return readings;
    }

    /**
     * Kills the router and starts it again.
     *
     * @param losesState whether its folder is lost too, so that all of it comes back from Kafka
     * @return how long until every one of its tasks answers
     */
    Duration restartRouter(boolean losesState, int firstId) throws Exception {
        running.get(1).kill();
        if (losesState) {
            try (Stream<Path> all = Files.walk(folder.resolve("router"))) {
                all.sorted(Comparator.reverseOrder()).forEach(LoadRun::delete);
            }
        }
        Instant from = Instant.now();
        running.remove(1);
        gauges.remove(1);
        startRouter();
        // Enough ids to meet every task.
        answer(firstId, firstId + 200);
        return Duration.between(from, Instant.now());
    }

    private void startRouter() throws IOException {
        launch("router", ROUTER_JAVA, "router", "--pipeline", pipeline + "", "--state", folder.resolve("router") + "");
        if (running.size() > 2) {
            running.add(1, running.removeLast());
            gauges.add(1, gauges.removeLast());
        }
    }

    private void launch(String name, String javaOptions, String... arguments) throws IOException {
        Launched started = Launched.start(folder, Map.of("SCRIPTORIUM_JAVA_OPTIONS", javaOptions), arguments);
        running.add(started);
        gauges.add(new Gauge(name, started.pid()));
    }

    private static void delete(Path path) {
        try {
            Files.delete(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String yaml(int workers, String dummy) {
        return """
            name: load
            models:
              m: {path: "%s"}
            lanes:
              bulk: {partitions: %d}
            routes:
              - {name: everything, to: bulk}
            topics:
              prompts: {partitions: 8}
              outcomes: {partitions: 8}
              completions: {partitions: 8}
            kafka:
              bootstrap.servers: "%s"
              streams: {commit.interval.ms: "%s"}
            """.formatted(dummy, Math.max(8, workers), bootstrapServers, COMMIT_INTERVAL_MS);
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(2));
        answers.close();
        running.reversed().forEach(Launched::close);
    }
}

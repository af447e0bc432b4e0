package dev.scriptorium.topology;

import dev.scriptorium.dataset.Template;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.confluent.Registered;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/** The real topology without brokers: records are put in, and what comes out is looked at, topic by topic. */
final class RouterBench implements AutoCloseable {
    static final Instant START = Instant.parse("2026-11-24T12:00:00Z");
    static final EventCodec CODEC = new EventCodec();

    private static final List<String> STORES = List.of(
            Names.REQUESTS_STORE,
            Names.ASSIGNMENTS_STORE,
            Names.TIMERS_STORE,
            Names.CANCELLATIONS_STORE,
            Names.BACKLOG_STORE,
            Names.TENANTS_STORE,
            Names.WAITING_ROWS_STORE,
            Names.RECIPES_STORE,
            Names.DRAWS_STORE,
            Names.DUPLICATES_STORE);

    private final Pipeline pipeline;
    private final TopologyTestDriver driver;
    private Duration passed = Duration.ZERO;
    private final TestInputTopic<byte[], byte[]> prompts;
    private final TestInputTopic<byte[], byte[]> outcomes;
    private final TestInputTopic<byte[], byte[]> control;
    private final Map<String, TestOutputTopic<byte[], byte[]>> outputs = new LinkedHashMap<>();

    RouterBench(Pipeline pipeline) {
        this(pipeline, START);
    }

    RouterBench(Pipeline pipeline, Instant now) {
        this(pipeline, now, RequestObserver.NONE, Registered.NONE);
    }

    RouterBench(Pipeline pipeline, RequestObserver observer) {
        this(pipeline, START, observer, Registered.NONE);
    }

    RouterBench(Pipeline pipeline, Registered registered) {
        this(pipeline, START, RequestObserver.NONE, registered);
    }

    RouterBench(Pipeline pipeline, Instant now, RequestObserver observer, Registered registered) {
        this.pipeline = pipeline;
        var settings = Pipelines.settings(pipeline);
        this.driver =
                new TopologyTestDriver(RequestTopology.build(pipeline, settings, observer, registered), settings, now);
        this.prompts = input(pipeline.topics().prompts().name());
        this.outcomes = input(pipeline.topics().outcomes().name());
        this.control = input(pipeline.topics().control().name());
        pipeline.allTopics().stream()
                .map(topic -> topic.name())
                .filter(name -> !List.of("prompts", "outcomes", "control").contains(name))
                .forEach(name -> outputs.put(
                        name,
                        driver.createOutputTopic(name, new ByteArrayDeserializer(), new ByteArrayDeserializer())));
    }

    private TestInputTopic<byte[], byte[]> input(String topic) {
        return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Another router with the same stores, as after a restart. */
    RouterBench restarted() {
        Map<String, List<KeyValue<String, Object>>> kept = new LinkedHashMap<>();
        for (String store : STORES) {
            List<KeyValue<String, Object>> entries = new ArrayList<>();
            KeyValueStore<String, Object> from = driver.getKeyValueStore(store);
            try (KeyValueIterator<String, Object> all = from.all()) {
                all.forEachRemaining(entries::add);
            }
            kept.put(store, entries);
        }
        close();
        RouterBench next = new RouterBench(pipeline, START.plus(passed));
        kept.forEach((store, entries) -> {
            KeyValueStore<String, Object> to = next.driver.getKeyValueStore(store);
            entries.forEach(entry -> to.put(entry.key, entry.value));
        });
        next.passed = passed;
        return next;
    }

    RequestState state(String key) {
        return CODEC.requestState(requests().get(key));
    }

    long backlog(String lane) {
        KeyValueStore<String, Long> store = driver.getKeyValueStore(Names.BACKLOG_STORE);
        Long count = store.get(lane);
        return count == null ? 0 : count;
    }

    void quota(String tenant, byte[] value) {
        input(pipeline.topics().quotas().name()).pipeInput(bytes(tenant), value, now());
    }

    void template(Template template) {
        input(pipeline.topics().templates().name())
                .pipeInput(bytes(template.version()), new RecipeFormat().write(template), now());
    }

    void recipe(String job, byte[] event) {
        input(pipeline.topics().recipes().name()).pipeInput(bytes(job), event, now());
    }

    /** Entries of one of the router's stores. */
    int size(String store) {
        KeyValueStore<String, Object> entries = driver.getKeyValueStore(store);
        int count = 0;
        try (KeyValueIterator<String, Object> all = entries.all()) {
            while (all.hasNext()) {
                all.next();
                count++;
            }
        }
        return count;
    }

    KeyValueStore<String, byte[]> requests() {
        return driver.getKeyValueStore(Names.REQUESTS_STORE);
    }

    void prompt(String json) {
        prompt(null, bytes(json), Map.of(), START);
    }

    void prompt(@Nullable String key, byte @Nullable [] value, Map<String, String> headers, Instant time) {
        RecordHeaders all = new RecordHeaders();
        headers.forEach((name, text) -> all.add(name, bytes(text)));
        prompts.pipeInput(new TestRecord<>(key == null ? null : bytes(key), value, all, time));
    }

    void hostilePrompt(byte @Nullable [] key, byte @Nullable [] value, Map<String, byte @Nullable []> headers) {
        prompts.pipeInput(new TestRecord<>(key, value, heads(headers), START));
    }

    void hostileOutcome(byte @Nullable [] key, byte @Nullable [] value, Map<String, byte @Nullable []> headers) {
        outcomes.pipeInput(new TestRecord<>(key, value, heads(headers), START));
    }

    void hostileControl(byte @Nullable [] key, byte @Nullable [] value, Map<String, byte @Nullable []> headers) {
        control.pipeInput(new TestRecord<>(key, value, heads(headers), START));
    }

    void hostileQuota(byte @Nullable [] key, byte @Nullable [] value, Map<String, byte @Nullable []> headers) {
        input(pipeline.topics().quotas().name()).pipeInput(new TestRecord<>(key, value, heads(headers), START));
    }

    private static RecordHeaders heads(Map<String, byte @Nullable []> headers) {
        RecordHeaders all = new RecordHeaders();
        headers.forEach(all::add);
        return all;
    }

    void outcome(Outcome outcome) {
        outcome(outcome.request().key(), CODEC.encode(outcome));
    }

    void outcome(String key, byte @Nullable [] value) {
        outcomes.pipeInput(bytes(key), value, START);
    }

    void pass(Duration time) {
        driver.advanceWallClockTime(time);
        passed = passed.plus(time);
    }

    /** The router's time. */
    Instant now() {
        return START.plus(passed);
    }

    void control(String json) {
        control.pipeInput(null, bytes(json), now());
    }

    void control(byte[] value) {
        control.pipeInput(null, value, now());
    }

    /** What came out on a topic since it was last asked for. */
    List<TestRecord<byte[], byte[]>> on(String topic) {
        return Objects.requireNonNull(outputs.get(topic), topic).readRecordsToList();
    }

    /** What came out since last asked, on all topics but jobs: topic to number of records. */
    Map<String, Integer> exits() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        outputs.forEach((topic, output) -> {
            int count = output.readRecordsToList().size();
            if (count > 0 && !topic.equals("jobs")) {
                counts.put(topic, count);
            }
        });
        return counts;
    }

    List<Assignment> assignments(String topic) {
        return on(topic).stream()
                .map(record -> CODEC.assignment(record.value()))
                .toList();
    }

    /** How many records ended at a step that needs no answer. */
    long dropped(String step) {
        return driver.metrics().entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(step + "-total"))
                .mapToLong(metric -> Math.round((Double) metric.getValue().metricValue()))
                .sum();
    }

    static Completion completion(String id, Dialect dialect, String text) {
        return new Completion(
                new RequestId("default", id),
                dialect,
                "default",
                List.of(new Choice(text, FinishReason.STOP, 42, 7, null)),
                null,
                new Usage(5, 7),
                new ResolvedSampling(16, 0, 0, 1, 0, 1, 0, 0, 42, List.of(), 1, null),
                new Provenance("scrivener-1m", "sha256:" + "0".repeat(64), "test"),
                "worker-1",
                1,
                new Timings(Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMillis(3)),
                START,
                Map.of());
    }

    static Rejection rejection(String id) {
        return new Rejection(
                new RequestId("default", id),
                Dialect.PLAIN,
                "default",
                ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                "the prompt has 600 tokens, but the model's context is 512",
                "prompt",
                null,
                START,
                Map.of());
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static @Nullable String header(TestRecord<byte[], byte[]> record, String name) {
        return RecordHeads.text(record.headers(), name);
    }

    @Override
    public void close() {
        driver.close();
    }
}

package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.confluent.Registered;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.processor.internals.StreamTask;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The real topology and the real stores as a thread of Kafka Streams drives them: many records, then one commit of all
 * that they changed. Kafka's test driver, which sets them up, commits after each record, and that costs twice what the
 * record does; it lends its task and its producer to nobody, so they are taken from it.
 */
final class RouterTask implements AutoCloseable {
    private static final long NOW = RouterBench.START.toEpochMilli();

    private final TopologyTestDriver driver;
    private final StreamTask task;
    private final MockProducer<byte[], byte[]> producer;
    private final Map<String, TopicPartition> inputs;
    private final Method commit;
    private final Map<String, Long> offsets = new HashMap<>(); // by topic, of the next record
    private final Map<String, Integer> exits = new HashMap<>(); // by topic, records

    /** A record as it comes in. */
    record Input(byte @Nullable [] key, byte[] value) {}

    /** @param name of the folder of its stores, one for each task of a process */
    RouterTask(Pipeline pipeline, String name) {
        var settings = Pipelines.settings(pipeline, name);
        driver = new TopologyTestDriver(
                RequestTopology.build(pipeline, settings, RequestObserver.NONE, Registered.NONE),
                settings,
                RouterBench.START);
        task = taken("task");
        producer = taken("producer");
        inputs = taken("partitionsByInputTopic");
        try {
            commit = TopologyTestDriver.class.getDeclaredMethod("commit", Map.class);
        } catch (NoSuchMethodException e) {
            throw new LinkageError("Kafka's test driver commits in another way now", e);
        }
        commit.setAccessible(true);
    }

    @SuppressWarnings("unchecked")
    private <T> T taken(String name) {
        try {
            Field field = TopologyTestDriver.class.getDeclaredField(name);
            field.setAccessible(true);
            return (T) Objects.requireNonNull(field.get(driver));
        } catch (ReflectiveOperationException e) {
            throw new LinkageError("Kafka's test driver has no field '%s' now".formatted(name), e);
        }
    }

    KeyValueStore<String, byte[]> requests() {
        return driver.getKeyValueStore(Names.REQUESTS_STORE);
    }

    /** Takes the records in, and all that follows from them within the router, with a commit for each way through. */
    void take(String topic, List<Input> records) {
        List<ConsumerRecord<byte[], byte[]>> arrived = new ArrayList<>();
        records.forEach(each -> arrived.add(record(topic, each.key(), each.value(), new RecordHeaders(), NOW)));
        task.addRecords(Objects.requireNonNull(inputs.get(topic)), arrived);
        do {
            process();
            commit();
        } while (takeBack());
    }

    private void process() {
        // Otherwise a task waits for records of the topics that have none.
        task.resumePollingForPartitionsWithAvailableSpace();
        task.updateLags();
        while (task.hasRecordsQueued() && task.isProcessable(NOW)) {
            task.process(NOW);
            task.maybePunctuateStreamTime();
        }
    }

    private void commit() {
        try {
            commit.invoke(driver, task.prepareCommit(true));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("the commit failed", e);
        }
        task.postCommit(true);
    }

    /** Counts what was sent; what went to topics that the router itself reads comes in again. */
    private boolean takeBack() {
        Map<String, List<ConsumerRecord<byte[], byte[]>>> back = new HashMap<>();
        for (ProducerRecord<byte[], byte[]> sent : producer.history()) {
            exits.merge(sent.topic(), 1, Integer::sum);
            if (inputs.containsKey(sent.topic())) {
                back.computeIfAbsent(sent.topic(), _ -> new ArrayList<>())
                        .add(record(sent.topic(), sent.key(), sent.value(), sent.headers(), sent.timestamp()));
            }
        }
        producer.clear();
        back.forEach((topic, records) -> task.addRecords(Objects.requireNonNull(inputs.get(topic)), records));
        return !back.isEmpty();
    }

    private ConsumerRecord<byte[], byte[]> record(
            String topic, byte @Nullable [] key, byte[] value, Headers headers, long time) {
        return new ConsumerRecord<>(
                topic,
                Objects.requireNonNull(inputs.get(topic)).partition(),
                offsets.merge(topic, 1L, Long::sum) - 1,
                time,
                TimestampType.CREATE_TIME,
                key == null ? ConsumerRecord.NULL_SIZE : key.length,
                value.length,
                key,
                value,
                headers,
                Optional.empty());
    }

    /** Records that were sent to a topic so far. */
    int sent(String topic) {
        return exits.getOrDefault(topic, 0);
    }

    @Override
    public void close() {
        driver.close();
    }
}

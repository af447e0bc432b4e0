package dev.scriptorium.batch;

import dev.scriptorium.event.Batch;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.wire.BatchJson;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What Kafka says of all jobs: the latest tally of each, and the latest state of each submitted file. One thread calls
 * {@link #poll} and {@link #catchUp}; any may look.
 */
public final class Board implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Board.class);
    private static final Duration CATCH_UP_MAX = Duration.ofSeconds(30);
    private static final Duration TURN = Duration.ofMillis(100);

    private final BulkJob.Topics topics;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final BatchJson json = new BatchJson();
    private final Map<String, JobTally> tallies = new ConcurrentHashMap<>();
    private final Map<String, Batch> batches = new ConcurrentHashMap<>();

    public Board(BulkJob.Topics topics, Map<String, String> kafka) {
        this.topics = topics;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        List<TopicPartition> all = new ArrayList<>();
        for (String topic : List.of(topics.jobs(), topics.batches())) {
            consumer.partitionsFor(topic)
                    .forEach(partition -> all.add(new TopicPartition(topic, partition.partition())));
        }
        consumer.assign(all);
        consumer.seekToBeginning(all);
    }

    /** Takes in what is new, and waits for it as long as that. */
    public void poll(Duration timeout) {
        consumer.poll(timeout).forEach(this::take);
    }

    /** Takes in all that is there now. */
    public void catchUp() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        long turns = CATCH_UP_MAX.dividedBy(TURN);
        while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
            if (turns-- == 0) {
                throw new IllegalStateException("the topics " + topics.jobs() + " and " + topics.batches()
                        + " could not be read in " + CATCH_UP_MAX.toSeconds() + " s");
            }
            poll(TURN);
        }
    }

    public @Nullable JobTally tally(String job) {
        return tallies.get(job);
    }

    public @Nullable Batch batch(String job) {
        return batches.get(job);
    }

    public Collection<Batch> batches() {
        return List.copyOf(batches.values());
    }

    /** Every job of which anything is known, by name. */
    public Collection<String> jobs() {
        TreeSet<String> names = new TreeSet<>(tallies.keySet());
        names.addAll(batches.keySet());
        return names;
    }

    /** How far a job is; null for one of which nothing is known. */
    public @Nullable JobView view(String job) {
        JobTally tally = tallies.get(job);
        Batch batch = batches.get(job);
        return tally == null && batch == null ? null : JobView.of(job, batch, tally);
    }

    /** @throws IllegalStateException with the names of those there are */
    public JobView require(String job) {
        JobView view = view(job);
        if (view == null) {
            throw new IllegalStateException("no job '%s' is known here%s"
                    .formatted(
                            job,
                            jobs().isEmpty()
                                    ? "; there is none at all"
                                    : " (jobs: "
                                            + String.join(
                                                    ", ",
                                                    jobs().stream().limit(20).toList()) + ")"));
        }
        return view;
    }

    @Override
    public void close() {
        consumer.close();
    }

    private void take(ConsumerRecord<byte[], byte[]> found) {
        try {
            boolean isBatch = found.topic().equals(topics.batches());
            if (found.value() == null) {
                String job = new String(found.key(), StandardCharsets.UTF_8);
                (isBatch ? batches : tallies).remove(job);
            } else if (isBatch) {
                Batch batch = json.read(found.value());
                batches.put(batch.job(), batch);
            } else {
                JobTally tally = json.tally(found.value());
                tallies.put(tally.job(), tally);
            }
        } catch (UndecodableException e) {
            LOG.warn("a record on {} is passed over: {}", found.topic(), e.getMessage());
        }
    }
}

package dev.scriptorium.lane;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** A lane reader on Kafka's own doubles, whose rounds the test itself turns. */
final class Hall implements InstantSource {
    static final EventCodec CODEC = new EventCodec();
    static final TopicPartition FAST = new TopicPartition("lane-fast", 0);
    static final TopicPartition BULK = new TopicPartition("lane-bulk", 0);

    private static final TopicPartition CANCELLATIONS = new TopicPartition("cancellations", 0);

    /** What was committed last, which is still to be seen when the consumer is closed. */
    private final Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();

    final MockConsumer<byte[], byte[]> consumer = new MockConsumer<>("earliest") {
        @Override
        public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            super.commitSync(offsets);
            commits.putAll(offsets);
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndMetadata> committed(
                Set<TopicPartition> partitions, Duration timeout) {
            if (secretive) {
                throw new UnknownMemberIdException("The coordinator is not aware of this member.");
            }
            return super.committed(partitions, timeout);
        }
    };
    /** Whether the coordinator says nothing of what is committed, as to a member that it does not know any more. */
    boolean secretive;

    /** What all workers hear. */
    final MockConsumer<byte[], byte[]> cancellations = new MockConsumer<>("earliest");

    final MockProducer<String, byte[]> producer;
    final FakeIntake intake;
    final LaneReader reader;
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private Instant now = Instant.parse("2026-11-24T09:00:00Z");

    Hall(int room) {
        this(room, true, Map.of());
    }

    /**
     * @param acknowledges whether the broker answers at once, or when the test says so
     * @param committed what the last owner left
     */
    Hall(int room, boolean acknowledges, Map<TopicPartition, OffsetAndMetadata> committed) {
        producer = new MockProducer<>(acknowledges, null, new StringSerializer(), new ByteArraySerializer());
        intake = new FakeIntake(room);
        reader = new LaneReader(
                settings(Map.of()), new LaneClients(consumer, producer, cancellations), intake, this, cause -> {});
        cancellations.updatePartitions(
                "cancellations", List.of(new PartitionInfo("cancellations", 0, null, null, null)));
        cancellations.updateBeginningOffsets(Map.of(CANCELLATIONS, 0L));
        reader.subscribe();
        consumer.updateBeginningOffsets(Map.of(FAST, 0L, BULK, 0L));
        if (!committed.isEmpty()) {
            consumer.rebalance(committed.keySet());
            consumer.commitSync(committed);
            consumer.rebalance(List.of());
        }
        consumer.rebalance(List.of(FAST, BULK));
    }

    static LaneSettings settings(Map<String, String> kafka) {
        return new LaneSettings(
                "workers-fake",
                List.of(new LaneSettings.Lane("lane-fast", 9, true), new LaneSettings.Lane("lane-bulk", 1)),
                "outcomes",
                "dead-letters",
                "tokens",
                "cancellations",
                kafka,
                AnswerFrame.NONE,
                new LaneLimits(3, 4, 1 << 20, 4, Duration.ofSeconds(1), Duration.ofSeconds(3)));
    }

    /** Every look at the clock is a second later, so that each round's commit is due. */
    @Override
    public Instant instant() {
        now = now.plusSeconds(1);
        return now;
    }

    void arrive(TopicPartition lane, String... ids) {
        for (String id : ids) {
            arrive(lane, CODEC.encode(assignment(id)));
        }
    }

    void arrive(TopicPartition lane, byte @Nullable [] value) {
        long offset = ends.merge(lane, 1L, Long::sum) - 1;
        consumer.addRecord(new ConsumerRecord<>(lane.topic(), lane.partition(), offset, null, value));
    }

    void cancel(Cancellation cancellation) {
        long offset = ends.merge(CANCELLATIONS, 1L, Long::sum) - 1;
        cancellations.addRecord(
                new ConsumerRecord<>("cancellations", 0, offset, new byte[0], CODEC.encode(cancellation)));
    }

    /** Until the reader's own thread has handed it over; the worker's double may be asked from any thread. */
    void awaitHeld(String id) throws InterruptedException {
        intake.awaitHeld(id);
    }

    void turn() {
        reader.doWork();
    }

    /** Turns until a round finds nothing to do. */
    void settle() {
        while (reader.doWork() > 0) {
            // Every round that did something may have made room for the next.
        }
    }

    OffsetAndMetadata committed(TopicPartition lane) {
        OffsetAndMetadata committed = commits.get(lane);
        if (committed == null) {
            throw new AssertionError("nothing is committed for " + lane);
        }
        return committed;
    }

    /** Ids of what was published, in order. */
    List<String> published() {
        return producer.history().stream()
                .filter(each -> each.topic().equals("outcomes"))
                .map(each -> outcome(each.value()).request().id())
                .toList();
    }

    static Outcome outcome(byte[] value) {
        return CODEC.outcome(value);
    }

    /** Offsets as they lie in the log, for a reader that begins where another left off. */
    void arriveAgain(TopicPartition lane, long from, Collection<String> ids) {
        ends.put(lane, from);
        arrive(lane, ids.toArray(String[]::new));
    }

    static Assignment assignment(String id) {
        Prompt prompt = new Prompt(
                new RequestId("job", id),
                Dialect.PLAIN,
                "default",
                "fake",
                new Input.Text("Once upon a time"),
                Sampling.UNSAID,
                Priority.BULK,
                null,
                Map.of(),
                null);
        return new Assignment(prompt, "bulk", 1, Instant.parse("2026-11-24T08:59:59Z"));
    }
}

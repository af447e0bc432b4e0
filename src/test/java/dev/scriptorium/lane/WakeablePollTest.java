package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

class WakeablePollTest {
    private static final TopicPartition LANE = new TopicPartition("lane", 0);
    private static final Duration LONG = Duration.ofMinutes(10);

    private final Sleeper consumer = new Sleeper();
    private final WakeablePoll poll = new WakeablePoll(consumer);

    @Test
    void endsAtOnceWhenItIsWokenWhileItWaits() {
        // Given
        consumer.during(poll::wake);

        // When
        List<ConsumerRecord<byte[], byte[]>> records = poll.poll(LONG, () -> false);

        // Then
        assertThat(records).isEmpty();
        assertThatNoException().isThrownBy(this::commit);
    }

    @Test
    void keepsRecordsThatCameWithTheCall() {
        // Given
        consumer.arrive(0);
        consumer.after(poll::wake);

        // When
        List<ConsumerRecord<byte[], byte[]>> records = poll.poll(LONG, () -> false);

        // Then
        assertThat(records).hasSize(1);
        assertThatNoException().isThrownBy(this::commit);
    }

    @Test
    void isNotWokenWhenItDoesNotWait() {
        // Given
        poll.wake();

        // When
        consumer.arrive(0);
        List<ConsumerRecord<byte[], byte[]>> records = poll.poll(LONG, () -> false);

        // Then
        assertThat(records).hasSize(1);
    }

    @Test
    void doesNotWaitWhereWorkIsLeft() {
        // Given
        boolean isWorkLeft = true;

        // When
        poll.poll(LONG, () -> isWorkLeft);

        // Then
        assertThat(consumer.timeouts).containsExactly(Duration.ZERO);
    }

    @Test
    void commitOfARebalanceIsNotWoken() {
        // Given
        List<String> committed = new ArrayList<>();
        consumer.unsubscribe();
        consumer.subscribe(List.of(LANE.topic()), new ConsumerRebalanceListener() {
            @Override
            public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
                poll.wake();
                poll.stopWaiting(partitions);
                commit();
                committed.add("yes");
            }

            @Override
            public void onPartitionsRevoked(Collection<TopicPartition> partitions) {}
        });
        consumer.during(() -> consumer.rebalance(List.of(LANE)));

        // When
        poll.poll(LONG, () -> false);

        // Then
        assertThat(committed).containsExactly("yes");
    }

    private void commit() {
        consumer.commitSync(Map.of(LANE, new OffsetAndMetadata(1)));
    }

    /** Kafka's double, of which every call can be woken, as of the real one. */
    private static final class Sleeper extends MockConsumer<byte[], byte[]> {
        final List<Duration> timeouts = new ArrayList<>();
        private Runnable after = () -> {};
        private boolean isCalledOff;

        Sleeper() {
            super("earliest");
            assign(List.of(LANE));
            updateBeginningOffsets(Map.of(LANE, 0L));
        }

        void arrive(long offset) {
            addRecord(new ConsumerRecord<>(LANE.topic(), LANE.partition(), offset, new byte[0], new byte[0]));
        }

        void during(Runnable task) {
            schedulePollTask(task);
        }

        void after(Runnable task) {
            after = task;
        }

        @Override
        public void wakeup() {
            isCalledOff = true;
            super.wakeup();
        }

        @Override
        public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
            timeouts.add(timeout);
            ConsumerRecords<byte[], byte[]> records;
            try {
                records = super.poll(timeout);
            } finally {
                isCalledOff = false;
            }
            after.run();
            after = () -> {};
            return records;
        }

        @Override
        public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
            throwIfCalledOff();
            super.commitSync(offsets);
        }

        @Override
        public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
            throwIfCalledOff();
            return super.committed(partitions, timeout);
        }

        private void throwIfCalledOff() {
            if (isCalledOff) {
                isCalledOff = false;
                throw new WakeupException();
            }
        }
    }
}

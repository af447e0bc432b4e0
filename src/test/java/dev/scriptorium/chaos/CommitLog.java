package dev.scriptorium.chaos;

import dev.scriptorium.lane.StartedRecords;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.apache.kafka.coordinator.common.runtime.Deserializer;
import org.apache.kafka.coordinator.group.GroupCoordinatorRecordSerde;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * All that the workers ever committed, in order and with the broker's times, as it stands on the broker's own topic. A
 * worker commits a start before it begins, so this says what was in flight at any moment, without a look that comes too
 * late.
 */
final class CommitLog {
    static final String TOPIC = "__consumer_offsets";

    private final String group;
    private final GroupCoordinatorRecordSerde serde = new GroupCoordinatorRecordSerde();
    private final Map<TopicPartition, List<Commit>> commits = new HashMap<>();

    /** Where a record of a lane stands. */
    record Place(TopicPartition partition, long offset) {}

    private record Commit(Instant at, List<Long> begun) {}

    /** @param group of the workers */
    CommitLog(String group) {
        this.group = group;
    }

    /** The next record of the broker's topic. */
    void read(ConsumerRecord<byte[], byte[]> record) {
        if (record.key() == null || record.value() == null) {
            return;
        }
        CoordinatorRecord said;
        try {
            said = serde.deserialize(ByteBuffer.wrap(record.key()), ByteBuffer.wrap(record.value()));
        } catch (Deserializer.UnknownRecordTypeException e) {
            return;
        }
        if (said.key() instanceof OffsetCommitKey key
                && key.group().equals(group)
                && said.value() != null
                && said.value().message() instanceof OffsetCommitValue value) {
            commits.computeIfAbsent(new TopicPartition(key.topic(), key.partition()), each -> new ArrayList<>())
                    .add(new Commit(
                            Instant.ofEpochMilli(value.commitTimestamp()),
                            StartedRecords.of(value.offset(), value.metadata())));
        }
    }

    /** What was begun and not finished at some moment of that time, both ends included. */
    Set<Place> begun(Instant from, Instant to) {
        Set<Place> begun = new HashSet<>();
        commits.forEach((partition, all) -> {
            for (int i = 0; i < all.size(); i++) {
                boolean isOver = i + 1 < all.size() && all.get(i + 1).at().isBefore(from);
                if (!isOver && !all.get(i).at().isAfter(to)) {
                    all.get(i).begun().forEach(offset -> begun.add(new Place(partition, offset)));
                }
            }
        });
        return begun;
    }
}

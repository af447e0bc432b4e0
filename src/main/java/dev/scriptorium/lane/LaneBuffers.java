package dev.scriptorium.lane;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Prompts that were read and wait for the worker, a queue for each lane. Belongs to one thread. */
final class LaneBuffers {
    private final List<ArrayDeque<Parcel>> queues = new ArrayList<>();
    private final long[] bytes;
    private final Map<String, Integer> laneByTopic = new HashMap<>();
    private final FairShare share;
    private final LaneLimits limits;

    LaneBuffers(List<LaneSettings.Lane> lanes, LaneLimits limits) {
        this.limits = limits;
        this.bytes = new long[lanes.size()];
        this.share = new FairShare(lanes.stream().map(LaneSettings.Lane::weight).toList());
        for (LaneSettings.Lane lane : lanes) {
            laneByTopic.put(lane.topic(), queues.size());
            queues.add(new ArrayDeque<>());
        }
    }

    void add(Parcel parcel) {
        int lane = laneOf(parcel.partition());
        queues.get(lane).addLast(parcel);
        bytes[lane] += parcel.bytes();
    }

    /** Back to where it was taken from. */
    void putBack(Parcel parcel) {
        int lane = laneOf(parcel.partition());
        queues.get(lane).addFirst(parcel);
        bytes[lane] += parcel.bytes();
    }

    /** The parcel whose turn it is; null if there is none. */
    @Nullable
    Parcel peek() {
        int lane = share.next(each -> !queues.get(each).isEmpty());
        return lane < 0 ? null : queues.get(lane).peekFirst();
    }

    /**
     * Removes what {@link #peek} gave.
     *
     * @param tokens what its lane has had of the worker by this
     */
    void take(Parcel parcel, long tokens) {
        int lane = laneOf(parcel.partition());
        if (!queues.get(lane).removeFirst().equals(parcel)) {
            throw new IllegalStateException("only the parcel at the head of a lane can be taken");
        }
        bytes[lane] -= parcel.bytes();
        share.took(lane, tokens);
    }

    void drop(Collection<TopicPartition> partitions) {
        for (int lane = 0; lane < bytes.length; lane++) {
            queues.get(lane).removeIf(parcel -> partitions.contains(parcel.partition()));
            bytes[lane] = queues.get(lane).stream().mapToLong(Parcel::bytes).sum();
        }
    }

    /** Whether nothing more of this partition's lane should be read for now. */
    boolean isFull(TopicPartition partition) {
        int lane = laneOf(partition);
        return queues.get(lane).size() >= limits.bufferedRecordsMax() || bytes[lane] >= limits.bufferedBytesMax();
    }

    int size() {
        return queues.stream().mapToInt(ArrayDeque::size).sum();
    }

    private int laneOf(TopicPartition partition) {
        Integer lane = laneByTopic.get(partition.topic());
        if (lane == null) {
            throw new IllegalArgumentException("topic '" + partition.topic() + "' is not a lane of this reader");
        }
        return lane;
    }
}

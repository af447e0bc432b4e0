package dev.scriptorium.lane;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Prompts that were read and wait for the worker, a fair queue for each lane. Belongs to one thread. */
final class LaneBuffers {
    private final List<FairQueue> queues = new ArrayList<>();
    private final List<Boolean> interactive = new ArrayList<>();
    private final Map<String, Integer> laneByTopic = new HashMap<>();
    private final FairShare share;
    private final LaneLimits limits;

    LaneBuffers(List<LaneSettings.Lane> lanes, LaneLimits limits) {
        this.limits = limits;
        this.share = new FairShare(lanes.stream().map(LaneSettings.Lane::weight).toList());
        for (LaneSettings.Lane lane : lanes) {
            laneByTopic.put(lane.topic(), queues.size());
            queues.add(new FairQueue());
            interactive.add(lane.interactive());
        }
    }

    void add(Parcel parcel) {
        queues.get(laneOf(parcel.partition())).addLast(parcel);
    }

    /** Back to where it was taken from. */
    void putBack(Parcel parcel) {
        queues.get(laneOf(parcel.partition())).addFirst(parcel);
    }

    /** The parcel whose turn it is; null if there is none. */
    @Nullable
    Parcel peek() {
        int lane = share.next(each -> !queues.get(each).isEmpty());
        return lane < 0 ? null : queues.get(lane).peek();
    }

    /**
     * Removes what {@link #peek} gave.
     *
     * @param tokens what its lane has had of the worker by this
     */
    void take(Parcel parcel, long tokens) {
        int lane = laneOf(parcel.partition());
        queues.get(lane).take(parcel, tokens);
        share.took(lane, tokens);
    }

    void drop(Collection<TopicPartition> partitions) {
        queues.forEach(queue -> queue.drop(partitions));
    }

    /**
     * Whether a parcel must leave room for somebody who waits: it is bulk work, there are interactive lanes, and none
     * of them has anything at the moment. While one has, the lanes' shares decide.
     */
    boolean leavesRoom(Parcel parcel) {
        if (interactive.get(laneOf(parcel.partition())) || !interactive.contains(true)) {
            return false;
        }
        for (int lane = 0; lane < queues.size(); lane++) {
            if (interactive.get(lane) && !queues.get(lane).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Whether nothing more of this partition's lane should be read for now. */
    boolean isFull(TopicPartition partition) {
        int lane = laneOf(partition);
        return queues.get(lane).size() >= limits.bufferedRecordsMax()
                || queues.get(lane).bytes() >= limits.bufferedBytesMax();
    }

    int size() {
        return queues.stream().mapToInt(FairQueue::size).sum();
    }

    private int laneOf(TopicPartition partition) {
        Integer lane = laneByTopic.get(partition.topic());
        if (lane == null) {
            throw new IllegalArgumentException("topic '" + partition.topic() + "' is not a lane of this reader");
        }
        return lane;
    }
}

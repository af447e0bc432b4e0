package dev.scriptorium.lane;

import dev.scriptorium.event.Assignment;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** An assignment with the place it came from; the same place read twice makes two of them. */
final class Parcel {
    private final TopicPartition partition;
    private final long offset;
    private final OffsetLedger ledger;
    private final Assignment assignment;
    private final int bytes;

    /**
     * @param ledger of the partition at the time it was read; once the partition is lost, writing in it does no harm
     * @param bytes size of the record's value
     */
    Parcel(TopicPartition partition, long offset, OffsetLedger ledger, Assignment assignment, int bytes) {
        this.partition = partition;
        this.offset = offset;
        this.ledger = ledger;
        this.assignment = assignment;
        this.bytes = bytes;
    }

    TopicPartition partition() {
        return partition;
    }

    Assignment assignment() {
        return assignment;
    }

    /** What goes on to everything that is said about it. */
    Map<String, String> headers() {
        return assignment.headers();
    }

    int bytes() {
        return bytes;
    }

    /** How often it was started without an end, this time included. */
    int starts() {
        return ledger.starts(offset);
    }

    void start() {
        ledger.start(offset);
    }

    void unstart() {
        ledger.unstart(offset);
    }

    void finish() {
        ledger.finish(offset);
    }
}

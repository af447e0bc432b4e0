package dev.scriptorium.chaos;

import dev.scriptorium.lane.StartedRecords;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;

/** Which lane records workers had begun and not finished, as the broker knows it. */
final class InFlight {
    private static final long PATIENCE_SECONDS = 3;

    private final Admin admin;
    private final String group;
    private final Set<Place> disturbed = new HashSet<>();
    private Set<Place> latest = Set.of();

    /** Where a record stands. */
    record Place(TopicPartition partition, long offset) {}

    InFlight(Admin admin, String group) {
        this.admin = admin;
        this.group = group;
    }

    /** Asks the broker now; if it cannot say, what it said last still counts. */
    void look() throws InterruptedException {
        try {
            Set<Place> begun = new HashSet<>();
            admin
                    .listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .entrySet()
                    .stream()
                    .filter(entry -> entry.getValue() != null)
                    .forEach(entry -> StartedRecords.of(
                                    entry.getValue().offset(), entry.getValue().metadata())
                            .forEach(offset -> begun.add(new Place(entry.getKey(), offset))));
            latest = begun;
        } catch (ExecutionException | TimeoutException e) {
            // The broker is one of the things that are being disturbed; while it is away, nothing is begun.
        }
    }

    /** Something is being disturbed at this moment: what is in flight now may be done again. */
    void disturbed() throws InterruptedException {
        look();
        disturbed.addAll(latest);
    }

    /** Lane records that were in flight at a disturbance. */
    Set<Place> all() {
        return Set.copyOf(disturbed);
    }
}

package dev.scriptorium.topology;

import dev.scriptorium.event.Outcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Told what the router does with requests, for metrics. Called on Kafka Streams' threads, several at once: it must
 * neither wait nor throw. What a transaction did that was rolled back is told again.
 */
public interface RequestObserver {
    /** Nobody is told. */
    RequestObserver NONE = new RequestObserver() {
        @Override
        public void left(Exit exit, String name) {}

        @Override
        public void ended(Outcome outcome, @Nullable Duration sinceAdmission) {}

        @Override
        public void awaitSchemas(int partition, long records) {}
    };

    /** The ways out of the topology that are told. */
    enum Exit {
        /** A prompt went on its lane for the first time; the name is the lane's. */
        LANE,
        /** A prompt went on its lane another time; the name is the lane's. */
        LANE_AGAIN,
        /** A record was put aside; the name is the edge's. */
        DEAD_LETTER,
        /** A record ended without an answer; the name is the step's. */
        DROPPED
    }

    /** A record left the topology. */
    void left(Exit exit, String name);

    /**
     * A request was answered.
     *
     * @param outcome as it was written
     * @param sinceAdmission null if it was refused at once
     */
    void ended(Outcome outcome, @Nullable Duration sinceAdmission);

    /**
     * So many records of a partition wait for their schemas now.
     *
     * @param records 0 too, if the partition goes elsewhere
     */
    void awaitSchemas(int partition, long records);
}

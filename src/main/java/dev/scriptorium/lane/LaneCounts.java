package dev.scriptorium.lane;

/**
 * What a lane reader holds and has done since it started, for progress and metrics.
 *
 * @param partitions of its lanes that it has at present
 * @param buffered records read and not yet handed to the worker
 * @param inWorker records the worker has
 * @param started records handed to the worker
 * @param published outcomes acknowledged by the broker
 * @param republished outcomes sent again because the broker did not acknowledge them in time
 * @param unreadable records sent to the dead letters
 * @param givenUp records rejected because they were started too often
 * @param commits offset commits acknowledged by the broker
 */
public record LaneCounts(
        int partitions,
        int buffered,
        int inWorker,
        long started,
        long published,
        long republished,
        long unreadable,
        long givenUp,
        long commits) {}

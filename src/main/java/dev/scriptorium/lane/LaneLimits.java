package dev.scriptorium.lane;

import java.time.Duration;

/**
 * How much a lane reader holds, and how long it puts up with trouble.
 *
 * @param startsMax how often a prompt is started without ever ending before it is rejected as worker_failed; it is the
 *     most workers that one prompt can take down
 * @param bufferedRecordsMax records a lane that wait for the worker; beyond it the lane's partitions are paused. A poll
 *     that is under way may add {@code pollRecordsMax}
 * @param bufferedBytesMax the same in bytes
 * @param pollRecordsMax records a poll
 * @param closeTimeout how long closing waits for the broker, at each of its two connections
 * @param handoverTimeout how long another worker waits for a partition while this one finishes what it has begun of it.
 *     As long, this one reads nothing new and works on what it has read
 */
public record LaneLimits(
        int startsMax,
        int bufferedRecordsMax,
        long bufferedBytesMax,
        int pollRecordsMax,
        Duration closeTimeout,
        Duration handoverTimeout) {
    /** Longer than this, a worker that gives partitions away would look as if it had died. */
    public static final Duration HANDOVER_TIMEOUT_MAX = Duration.ofSeconds(60);

    /** 3 starts, 64 records or 16 MiB a lane, 64 records a poll, 10 seconds to close and 15 to hand over. */
    public static final LaneLimits DEFAULT =
            new LaneLimits(3, 64, 16L << 20, 64, Duration.ofSeconds(10), Duration.ofSeconds(15));

    public LaneLimits {
        requirePositive("startsMax", startsMax);
        requirePositive("bufferedRecordsMax", bufferedRecordsMax);
        requirePositive("bufferedBytesMax", bufferedBytesMax);
        requirePositive("pollRecordsMax", pollRecordsMax);
    }

    /** The same, but so long to hand over, or {@link #HANDOVER_TIMEOUT_MAX} if that is less. */
    public LaneLimits withHandover(Duration wanted) {
        Duration timeout = wanted.compareTo(HANDOVER_TIMEOUT_MAX) < 0 ? wanted : HANDOVER_TIMEOUT_MAX;
        return new LaneLimits(startsMax, bufferedRecordsMax, bufferedBytesMax, pollRecordsMax, closeTimeout, timeout);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but it must be at least 1");
        }
    }
}

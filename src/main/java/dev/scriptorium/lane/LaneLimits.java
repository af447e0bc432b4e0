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
    /** 3 starts, 64 records or 16 MiB a lane, 64 records a poll, 10 seconds to close and 5 to hand over. */
    public static final LaneLimits DEFAULT =
            new LaneLimits(3, 64, 16L << 20, 64, Duration.ofSeconds(10), Duration.ofSeconds(5));

    public LaneLimits {
        requirePositive("startsMax", startsMax);
        requirePositive("bufferedRecordsMax", bufferedRecordsMax);
        requirePositive("bufferedBytesMax", bufferedBytesMax);
        requirePositive("pollRecordsMax", pollRecordsMax);
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " is " + value + ", but it must be at least 1");
        }
    }
}

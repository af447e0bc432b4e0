package dev.scriptorium.gateway.ending;

import dev.scriptorium.event.JobTally;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Waits until a job's tally has counted all of its requests. The router counts by job, one hop and so one transaction
 * behind the answers; whoever says that a batch is over must not say before that how many requests it had.
 *
 * @param tally the latest that is known; null if nothing is
 * @param stopping whether the process is about to end
 * @param waitMax how long a tally may stand still before it is taken as it is: a request that was put aside by a
 *     conflict is not in it
 * @param pause between two looks
 */
public record FullTally(
        Supplier<@Nullable JobTally> tally,
        BooleanSupplier stopping,
        InstantSource clock,
        Duration waitMax,
        Runnable pause) {
    /** How a wait ended. */
    public enum End {
        /** All requests are counted. */
        COUNTED,
        /** They are not, and nothing came for as long as is waited. */
        OVERDUE,
        /** The process ends. */
        STOPPED
    }

    /** @param requests of the batch */
    public End await(long requests) {
        long counted = counted();
        Instant deadline = clock.instant().plus(waitMax);
        while (counted < requests) {
            if (stopping.getAsBoolean()) {
                return End.STOPPED;
            }
            if (clock.instant().isAfter(deadline)) {
                return End.OVERDUE;
            }
            pause.run();
            long now = counted();
            if (now > counted) {
                counted = now;
                deadline = clock.instant().plus(waitMax);
            }
        }
        return End.COUNTED;
    }

    private long counted() {
        JobTally now = tally.get();
        return now == null ? 0 : now.done();
    }
}

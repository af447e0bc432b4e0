package dev.scriptorium.topology.bell;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.jspecify.annotations.Nullable;

/**
 * Calls a step of the router by the clock while it has something to do.
 *
 * <p>Kafka Streams commits after each punctuation, whether anything was done or not, and a commit is a transaction.
 * Steps that looked twice a second whether anything was due made seven transactions a second of an idle router.
 *
 * <p>Belongs to one step of one task, whose {@code process} and {@code init} call it and nobody else: Kafka Streams
 * calls the step back that is at work when it is asked.
 */
public final class Bell {
    /** What the step does. */
    public interface Turn {
        /** @return how long there will be nothing to do; null if not before {@link #soon} is called */
        @Nullable
        Duration take(Instant now);
    }

    private final ProcessorContext<?, ?> context;
    private final Duration interval;
    private final Turn turn;
    private @Nullable Cancellable next;
    private boolean isSoon;

    /** @param interval the shortest time between two turns */
    public Bell(ProcessorContext<?, ?> context, Duration interval, Turn turn) {
        this.context = context;
        this.interval = interval;
        this.turn = turn;
    }

    /** There may be something to do: a turn comes within the interval. */
    public void soon() {
        if (!isSoon) {
            ringIn(interval);
        }
    }

    private void ring(long at) {
        cancel();
        Duration wait = interval;
        try {
            wait = turn.take(Instant.ofEpochMilli(at));
        } finally {
            // After a turn that failed too: Kafka Streams says so and goes on.
            if (wait != null && !isSoon) {
                ringIn(wait.compareTo(interval) < 0 ? interval : wait);
            }
        }
    }

    private void ringIn(Duration wait) {
        cancel();
        isSoon = wait.equals(interval);
        next = context.schedule(wait, PunctuationType.WALL_CLOCK_TIME, this::ring);
    }

    private void cancel() {
        if (next != null) {
            next.cancel();
            next = null;
        }
        isSoon = false;
    }
}

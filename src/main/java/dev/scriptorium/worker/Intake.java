package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Outcome;
import java.util.function.Consumer;

/** Where a lane hands in its work. None of the methods ever waits. */
public interface Intake {
    /**
     * Takes the assignment if there is room for it now.
     *
     * @param listener told exactly once, on one of the worker's threads, how it ended, unless the worker is closed
     *     before; it must only take note, never wait or throw
     * @return false if the worker is full or closed; nothing was taken and the caller keeps the assignment
     */
    boolean offer(Assignment assignment, Consumer<Outcome> listener);

    /** Tokens of room left; while only one thread offers, nothing but its own offers makes it smaller. */
    long tokensFree();

    /** The room an offer of this assignment takes: a cheap guess, which is set right once the tokens are counted. */
    long tokensOf(Assignment assignment);
}

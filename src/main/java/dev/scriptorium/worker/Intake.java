package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.TokenChunk;
import org.jspecify.annotations.Nullable;

/** Where a lane hands in its work. None of the methods ever waits. */
public interface Intake {
    /**
     * Who is told what becomes of an assignment, on one of the worker's threads: only take note, never wait or throw.
     */
    interface Listener {
        /** How it ended; exactly once, unless the worker is closed before. */
        void ended(Outcome outcome);

        /** A piece of its text, if its prompt asks for them. */
        default void wrote(TokenChunk piece) {}
    }

    /**
     * Takes the assignment if there is room for it now.
     *
     * @return false if the worker is full or closed; nothing was taken and the caller keeps the assignment
     */
    boolean offer(Assignment assignment, Listener listener);

    /** Tokens of room left; while only one thread offers, nothing but its own offers makes it smaller. */
    long tokensFree();

    /** The room an offer of this assignment takes: a cheap guess, which is set right once the tokens are counted. */
    long tokensOf(Assignment assignment);

    /** The most room that one assignment can take: kept free for somebody who waits. */
    default long tokensOfLargest() {
        return 0;
    }

    /** Nobody wants this any more: what is under way ends between two tokens, and nothing of it is begun. */
    default void cancel(Cancellation cancellation) {}

    /** What cancelled this assignment; null if nothing did that is remembered. */
    default @Nullable Cancellation cancellationOf(Assignment assignment) {
        return null;
    }
}

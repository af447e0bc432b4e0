package dev.scriptorium.kernel;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A fixed number of threads, the caller among them, that do the parts of one task after another.
 *
 * <p>A decode step has hundreds of tasks of a few microseconds. Handing one over to an executor costs tens of them, so
 * members wait for the next round spinning, and park only when none comes for a while: between steps, not within.
 *
 * <p>One thread at a time may call {@link #run}. Everything it did before is seen by all members, and everything they
 * did is seen by it afterwards.
 */
public final class ComputeTeam implements AutoCloseable {
    /** About 50 microseconds: longer than the gap between two tasks of a step, shorter than anybody would notice. */
    private static final int SPINS_BEFORE_PARKING = 2_000;

    /** One piece of work in equal parts. */
    public interface Task {
        /** @param part 0 to parts - 1, each done by exactly one thread */
        void run(int part, int parts);
    }

    /** Work in more parts than there are threads: whoever is free takes the next one. */
    public interface Pieces {
        /**
         * @param piece 0 to pieces - 1, each done once, by whichever thread
         * @param thread 0 to {@link #threads} - 1: one at a time does it, so what belongs to that number is its own
         */
        void run(int piece, int pieces, int thread);
    }

    private final Member[] members;
    private final AtomicInteger unfinished = new AtomicInteger();
    private @Nullable Task task; // written before round, read after
    private volatile int round;
    private volatile boolean closed;
    private volatile @Nullable Thread waiting; // the caller, while it is parked
    private final Task takeTask = this::take; // made once: a step must leave no garbage
    private final AtomicInteger nextPiece = new AtomicInteger();
    private @Nullable Pieces work; // as task
    private int pieces;

    /** @param threads 1 or more; the thread that calls {@link #run} is one of them */
    public ComputeTeam(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("a compute team of " + threads + " threads; must be at least 1");
        }
        members = new Member[threads - 1];
        for (int i = 0; i < members.length; i++) {
            members[i] = new Member(i + 1);
        }
        for (Member member : members) {
            member.thread.start();
        }
    }

    public int threads() {
        return members.length + 1;
    }

    /**
     * Returns when all parts are done. If parts throw, the first part's exception goes to the caller, with those of the
     * others suppressed in it; the team can be used further.
     *
     * @throws IllegalStateException if the team is closed
     */
    public void run(Task next) {
        if (closed) {
            throw new IllegalStateException("the compute team is closed");
        }
        task = next;
        unfinished.set(members.length);
        startRound();
        Throwable failure = attempt(next, 0);
        awaitMembers();
        task = null;
        for (Member member : members) {
            failure = join(failure, member.failure);
        }
        switch (failure) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(failure);
        }
    }

    /**
     * As {@link #run(Task)}, in pieces. A thread that loses its processor for a while, to another program or to another
     * thread of this one, delays the whole by a piece, not by its share. What a piece computes must not depend on who
     * does it, or when.
     *
     * <p>A thread whose piece throws takes no further ones.
     */
    public void run(Pieces next, int count) {
        work = next;
        pieces = count;
        nextPiece.set(0);
        run(takeTask);
        work = null;
    }

    private void take(int thread, int threads) {
        Pieces taken = Objects.requireNonNull(work);
        for (int piece = nextPiece.getAndIncrement(); piece < pieces; piece = nextPiece.getAndIncrement()) {
            taken.run(piece, pieces, thread);
        }
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread at a time calls run, and only it writes
    private void startRound() {
        round = round + 1;
        for (Member member : members) {
            if (member.parked) {
                LockSupport.unpark(member.thread);
            }
        }
    }

    private @Nullable Throwable attempt(Task work, int part) {
        try {
            work.run(part, members.length + 1);
            return null;
        } catch (Throwable e) {
            return e;
        }
    }

    private static @Nullable Throwable join(@Nullable Throwable first, @Nullable Throwable second) {
        if (first == null) {
            return second;
        }
        if (second != null && !second.equals(first)) {
            first.addSuppressed(second);
        }
        return first;
    }

    private void awaitMembers() {
        for (int spins = 0; unfinished.get() > 0 && spins < SPINS_BEFORE_PARKING; spins++) {
            Thread.onSpinWait();
        }
        if (unfinished.get() > 0) {
            waiting = Thread.currentThread();
            while (unfinished.get() > 0) {
                LockSupport.park(this);
            }
            waiting = null;
        }
    }

    /** Ends the members' threads, and waits for them; a second call does nothing. Not to be called during a run. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        startRound();
        for (Member member : members) {
            member.joinUninterruptibly();
        }
    }

    private final class Member {
        final Thread thread;
        private final int part;
        volatile boolean parked;

        @Nullable
        Throwable failure; // written before unfinished is counted down, read after

        Member(int part) {
            this.part = part;
            this.thread = Thread.ofPlatform().name("compute-" + part).daemon().unstarted(this::work);
        }

        private void work() {
            int seen = 0;
            while (true) {
                awaitRoundAfter(seen);
                seen++;
                if (closed) {
                    return;
                }
                failure = attempt(Objects.requireNonNull(task), part);
                if (unfinished.decrementAndGet() == 0) {
                    LockSupport.unpark(waiting);
                }
            }
        }

        private void awaitRoundAfter(int seen) {
            for (int spins = 0; round == seen && spins < SPINS_BEFORE_PARKING; spins++) {
                Thread.onSpinWait();
            }
            if (round == seen) {
                parked = true;
                while (round == seen) {
                    LockSupport.park(ComputeTeam.this);
                }
                parked = false;
            }
        }

        private void joinUninterruptibly() {
            boolean interrupted = false;
            while (true) {
                try {
                    thread.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package dev.scriptorium.worker;

import dev.scriptorium.worker.Worker.Pulse;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * A thread with one job: it calls its duty again and again, and parks when there was nothing to do until somebody wakes
 * it. A wake between duty and park is not lost, because {@link LockSupport} remembers it.
 */
final class Role implements AutoCloseable {
    private final IntSupplier duty;
    private final Consumer<Throwable> onFailure;
    private final Thread thread;
    private volatile boolean closed;
    /** {@link System#nanoTime} when the round under way began; meaningless while it rests. */
    private volatile long roundBegan;

    private volatile boolean resting = true;

    /**
     * @param duty returns how much it did; 0 lets the thread rest
     * @param onFailure told what ended the thread, if anything but {@link #close} did
     */
    Role(String name, IntSupplier duty, Consumer<Throwable> onFailure) {
        this.duty = duty;
        this.onFailure = onFailure;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    Pulse pulse() {
        Duration sinceBegin = Duration.ofNanos(Math.max(0, System.nanoTime() - roundBegan));
        return new Pulse(thread.isAlive(), resting ? Duration.ZERO : sinceBegin);
    }

    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (!closed) {
                roundBegan = System.nanoTime();
                resting = false;
                if (duty.getAsInt() == 0 && !closed) {
                    resting = true;
                    LockSupport.park(this);
                }
            }
        } catch (Throwable cause) {
            onFailure.accept(cause);
        }
    }

    /** Returns when the duty under way is over; from the thread itself it returns at once. */
    @Override
    public void close() {
        closed = true;
        wake();
        if (Thread.currentThread() == thread) {
            return;
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}

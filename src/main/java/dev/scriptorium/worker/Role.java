package dev.scriptorium.worker;

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

    void wake() {
        LockSupport.unpark(thread);
    }

    private void run() {
        try {
            while (!closed) {
                if (duty.getAsInt() == 0 && !closed) {
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

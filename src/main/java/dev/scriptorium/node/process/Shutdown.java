package dev.scriptorium.node.process;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * How a command learns that it should stop, by Ctrl-C, SIGTERM or a failure inside, and how the process waits for it to
 * put its things away. The JVM would otherwise end in the middle of a write.
 */
public final class Shutdown {
    private static final long TIDY_UP_SECONDS_MAX = 20;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    public boolean isRequested() {
        return requested.getCount() == 0;
    }

    public void await() throws InterruptedException {
        requested.await();
    }

    /** Something inside failed for good: everything else stops too. */
    public void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        requested.countDown();
    }

    /** @throws IllegalStateException if something inside failed */
    public void check() {
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException(String.valueOf(cause.getMessage()), cause);
        }
    }

    /** While the returned guard is open, a signal asks to stop and waits until the guard is closed. */
    public Guard guard() {
        return guard(TIDY_UP_SECONDS_MAX, () -> {});
    }

    /**
     * The same for a service, which is meant to be stopped by a signal: once it is put away, the process ends with 0.
     *
     * @param drain how long it may take beyond what tidying up takes
     */
    public Guard serviceGuard(Duration drain) {
        return guard(
                TIDY_UP_SECONDS_MAX + drain.toSeconds(),
                () -> Runtime.getRuntime().halt((failure.get() == null ? ExitCode.OK : ExitCode.FAILED).code()));
    }

    private Guard guard(long secondsMax, Runnable last) {
        CountDownLatch done = new CountDownLatch(1);
        Thread hook = new Thread(
                () -> {
                    requested.countDown();
                    try {
                        if (done.await(secondsMax, TimeUnit.SECONDS)) {
                            last.run();
                        } else {
                            System.err.println("scriptorium: gave up waiting for a clean end; nothing is lost");
                        }
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        return () -> {
            done.countDown();
            try {
                Runtime.getRuntime().removeShutdownHook(hook);
            } catch (IllegalStateException e) {
                // The JVM is ending already, which is what the hook was for.
            }
        };
    }

    /** Open while there is something to put away. */
    public interface Guard extends AutoCloseable {
        @Override
        void close();
    }
}

package dev.scriptorium.chaos;

import dev.scriptorium.node.Launched;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One process of the system under test with a supervisor over it, as systemd or Kubernetes would be: what ended by
 * itself is started again a second later.
 */
final class Part implements AutoCloseable {
    private static final Duration BEFORE_RESTART = Duration.ofSeconds(1);

    private final String name;
    private final Path logs;
    private final Map<String, String> environment;
    private final String[] arguments;
    private @Nullable Launched running;
    private boolean held;
    private @Nullable Instant endedAt;
    private int endedByItself;

    Part(String name, Path logs, Map<String, String> environment, String... arguments) {
        this.name = name;
        this.logs = logs;
        this.environment = environment;
        this.arguments = arguments;
    }

    String name() {
        return name;
    }

    void start() throws IOException {
        held = false;
        endedAt = null;
        running = Launched.start(logs, environment, arguments);
    }

    /** Whether it was not taken down on purpose. */
    boolean isMeantToRun() {
        return !held;
    }

    boolean isUp() {
        return running != null && running.isAlive();
    }

    /** How often it ended though nobody killed it. */
    int endedByItself() {
        return endedByItself;
    }

    void kill() throws InterruptedException {
        held = true;
        if (running != null) {
            running.kill();
        }
    }

    void pause() throws IOException, InterruptedException {
        signal("-STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("-CONT");
    }

    /** Starts it again if it was killed, or is down for whatever reason. */
    void revive() throws IOException, InterruptedException {
        resume();
        if (!isUp()) {
            start();
        }
    }

    /** The supervisor's round. */
    void tend(Instant now) throws IOException {
        if (held || isUp()) {
            return;
        }
        Instant since = endedAt;
        if (since == null) {
            endedAt = now;
            endedByItself++;
        } else if (since.plus(BEFORE_RESTART).isBefore(now)) {
            start();
        }
    }

    String said() throws IOException {
        return running == null ? "" : running.said();
    }

    @Override
    public void close() {
        held = true;
        if (running != null) {
            running.close();
        }
    }

    private void signal(String signal) throws IOException, InterruptedException {
        if (running != null && running.isAlive()) {
            running.signal(signal);
        }
    }
}

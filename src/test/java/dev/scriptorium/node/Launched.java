package dev.scriptorium.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** The program as a user starts it: the launcher in a process of its own, to be waited for or killed. */
public final class Launched implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Process process;
    private final Path said;

    private Launched(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /**
     * Starts {@code ./scriptorium arguments…} in the repository's root; all that it says goes to a file in the folder.
     */
    public static Launched start(Path folder, String... arguments) throws IOException {
        return start(folder, Map.of(), arguments);
    }

    /** The same with more environment variables. */
    public static Launched start(Path folder, Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("./scriptorium"));
        command.addAll(List.of(arguments));
        Path said = Files.createTempFile(folder, "said", ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().put("SCRIPTORIUM_JAVA_OPTIONS", "-Xmx1g");
        builder.environment().putAll(environment);
        return new Launched(builder.start(), said);
    }

    /** Waits for the end and returns the exit code. */
    public int waitFor() throws IOException, InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + PATIENCE + "; it said:\n" + said());
        }
        return process.exitValue();
    }

    /** Waits until something is so, while the process lives. */
    public void until(BooleanSupplier condition) throws IOException, InterruptedException {
        Instant end = Instant.now().plus(PATIENCE);
        while (!condition.getAsBoolean()) {
            if (Instant.now().isAfter(end)) {
                throw new AssertionError("it did not happen in " + PATIENCE + "; the program said:\n" + said());
            }
            if (process.waitFor(20, TimeUnit.MILLISECONDS) && !condition.getAsBoolean()) {
                throw new AssertionError("the program ended with " + process.exitValue() + " and said:\n" + said());
            }
        }
    }

    /** Kill -9: no shutdown hook, no flush. */
    public void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Ctrl-C as a terminal sends it. */
    public void interrupt() throws IOException, InterruptedException {
        signal("-INT");
    }

    /** @param signal as kill takes it: -STOP, -CONT, … */
    public void signal(String signal) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, String.valueOf(process.pid()))
                .start()
                .waitFor();
    }

    /** SIGTERM, as whoever runs services sends it. */
    public void terminate() {
        process.destroy();
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String said() throws IOException {
        return Files.readString(said);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}

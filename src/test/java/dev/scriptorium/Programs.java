package dev.scriptorium;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of others that tests run where they are. */
public final class Programs {
    private static final int INSTALL_SECONDS_MAX = 180;

    private Programs() {}

    public static boolean isOnPath(String program) {
        for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
            if (Files.isExecutable(Path.of(place, program))) {
                return true;
            }
        }
        return false;
    }

    /** Whether it ends well in a few minutes; what it says goes to that file. */
    public static boolean succeeds(Path folder, Path log, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = process.waitFor(INSTALL_SECONDS_MAX, TimeUnit.SECONDS);
        process.destroyForcibly();
        return ended && process.exitValue() == 0;
    }

    /** What it writes to its output; it must end well. */
    public static String said(Path folder, List<String> command) throws IOException, InterruptedException {
        Path errors = folder.resolve("errors.log");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new AssertionError(command + ": " + Files.readString(errors));
        }
        return said;
    }
}

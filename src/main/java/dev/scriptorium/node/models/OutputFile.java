package dev.scriptorium.node.models;

import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.function.LongConsumer;
import picocli.CommandLine.Option;

/** Where a command that makes a model puts it: whole or not at all, and over nothing that was not meant. */
final class OutputFile {
    private static final long MEGABYTE = 1_000_000;

    @Option(
            names = {"-o", "--output"},
            required = true,
            paramLabel = "PATH",
            description = "Where it goes; it appears there when it is whole.")
    private Path path = Path.of("");

    @Option(names = "--force", description = "Replace what is there.")
    private boolean force;

    /** Writes a file and tells how far it is. */
    interface Writer {
        void write(Path path, LongConsumer progress) throws IOException;
    }

    /**
     * Writes it, with progress on standard error.
     *
     * @param bytes how many will be written, for the progress
     */
    ExitCode write(Shutdown shutdown, InstantSource clock, long bytes, Writer writer) {
        if (Files.exists(path) && !force) {
            throw new IllegalStateException(path + " is there already; --force replaces it");
        }
        Path folder = path.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new IllegalStateException("the folder of " + path + " does not exist");
        }
        boolean interactive = System.console() != null;
        try (Shutdown.Guard _ = shutdown.guard();
                BytesDisplay display = new BytesDisplay("writing", bytes, System.err, interactive, clock)) {
            writer.write(path, done -> {
                if (shutdown.isRequested()) {
                    throw new CancellationException("stopped");
                }
                display.show(done);
            });
            display.finish();
            System.err.printf(
                    Locale.ROOT,
                    "wrote %s, %,d MB in %.1f s%n",
                    path,
                    bytes / MEGABYTE,
                    display.elapsed().toMillis() / 1000.0);
            return ExitCode.OK;
        } catch (CancellationException e) {
            System.err.println("stopped; nothing was left behind");
            return ExitCode.INTERRUPTED;
        } catch (IOException e) {
            throw new IllegalStateException(path + " cannot be written: " + e, e);
        }
    }
}

package dev.scriptorium.batch;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A file of answers, one JSON object a line, that only grows. A process may be killed in the middle of a line, so
 * opening cuts off a last line without an end; what is left is whole.
 */
final class AnswerFile implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 64 << 20;

    private final Path path;
    private @Nullable FileChannel channel;

    /** Opens the file, and makes it if it is not there. */
    static AnswerFile open(Path path, Consumer<String> eachLine) {
        AnswerFile file = new AnswerFile(path);
        file.channel = file.connect(eachLine);
        return file;
    }

    /** Opens the file if it is there; otherwise the first answer makes it, so that no answer leaves no file. */
    static AnswerFile openOnDemand(Path path, Consumer<String> eachLine) {
        return Files.exists(path) ? open(path, eachLine) : new AnswerFile(path);
    }

    private AnswerFile(Path path) {
        this.path = path;
    }

    /** Adds one line; it is with the operating system when this returns, so a killed process loses nothing. */
    void append(String json) {
        FileChannel open = channel;
        if (open == null) {
            open = connect(line -> {});
            channel = open;
        }
        ByteBuffer line = ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (line.hasRemaining()) {
                open.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the output " + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        FileChannel open = channel;
        if (open == null) {
            return;
        }
        try (open) {
            if (Files.isRegularFile(path)) {
                open.force(true);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws IllegalStateException if another process writes the file */
    private FileChannel connect(Consumer<String> eachLine) {
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                // A terminal or a pipe has no past and no other writer that matters.
                return FileChannel.open(path, StandardOpenOption.WRITE);
            }
            FileChannel opened = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(opened, path);
                opened.position(endOfWholeLines(path, eachLine));
                opened.truncate(opened.position());
                return opened;
            } catch (IOException | RuntimeException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the output " + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static void lock(FileChannel channel, Path path) throws IOException {
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException e) {
            lock = null;
        }
        if (lock == null) {
            throw new IllegalStateException("the output " + path + " is being written by another process");
        }
    }

    /** Hands out every whole line with its end cut off. */
    static void read(Path path, Consumer<String> eachLine) throws IOException {
        endOfWholeLines(path, eachLine);
    }

    private static long endOfWholeLines(Path path, Consumer<String> eachLine) throws IOException {
        long end = 0;
        try (PromptLines lines = new PromptLines(path, LINE_BYTES_MAX)) {
            for (PromptLines.Line line = lines.next(); line != null && line.ended(); line = lines.next()) {
                if (line.bytes() > LINE_BYTES_MAX) {
                    throw new IllegalStateException(
                            "%s:%d: has %d bytes, but an answer has at most %d; is this the right file?"
                                    .formatted(path, line.number(), line.bytes(), LINE_BYTES_MAX));
                }
                end += line.bytes() + 1;
                eachLine.accept(new String(line.value(), StandardCharsets.UTF_8));
            }
        }
        return end;
    }
}

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

/**
 * A file of answers, one JSON object a line, that only grows. A process may be killed in the middle of a line, so
 * opening cuts off a last line without an end; what is left is whole.
 */
final class AnswerFile implements AutoCloseable {
    private static final int LINE_BYTES_MAX = 64 << 20;

    private final Path path;
    private final FileChannel channel;

    /**
     * @param eachLine is given every whole line that is already there
     * @throws IllegalStateException if another process writes the file
     */
    static AnswerFile open(Path path, Consumer<String> eachLine) {
        try {
            Path folder = path.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            FileChannel channel = FileChannel.open(
                    path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            try {
                lock(channel, path);
                channel.position(cutTornLine(path, eachLine));
                channel.truncate(channel.position());
                return new AnswerFile(path, channel);
            } catch (IOException | RuntimeException e) {
                channel.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the output " + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    private AnswerFile(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Adds one line; it is with the operating system when this returns, so a killed process loses nothing. */
    void append(String json) {
        ByteBuffer line = ByteBuffer.wrap((json + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (line.hasRemaining()) {
                channel.write(line);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the output " + path + " cannot be written: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        try (channel) {
            channel.force(true);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    /** Returns where the last whole line ends. */
    private static long cutTornLine(Path path, Consumer<String> eachLine) throws IOException {
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

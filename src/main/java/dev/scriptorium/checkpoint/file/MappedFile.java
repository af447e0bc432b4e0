package dev.scriptorium.checkpoint.file;

import dev.scriptorium.checkpoint.CheckpointException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file mapped for reading; it stays mapped as long as the arena is open. */
public record MappedFile(Path path, MemorySegment bytes) {
    public static MappedFile open(Path path, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw new CheckpointException(path + ": cannot be read (" + e + ")", e);
        }
    }

    public long size() {
        return bytes.byteSize();
    }

    public CheckpointException refuse(String why) {
        return new CheckpointException(path + ": " + why);
    }
}

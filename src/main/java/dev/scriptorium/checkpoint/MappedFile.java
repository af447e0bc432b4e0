package dev.scriptorium.checkpoint;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file mapped for reading; it stays mapped as long as the arena is open. */
record MappedFile(Path path, MemorySegment bytes) {
    static MappedFile open(Path path, Arena arena) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return new MappedFile(path, channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena));
        } catch (IOException e) {
            throw new CheckpointException(path + ": cannot be read (" + e + ")", e);
        }
    }

    long size() {
        return bytes.byteSize();
    }

    CheckpointException refuse(String why) {
        return new CheckpointException(path + ": " + why);
    }
}

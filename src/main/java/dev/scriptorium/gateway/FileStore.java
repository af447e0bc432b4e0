package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files in a folder, one folder each. A file appears with everything about it in one go, after its bytes are on the
 * disk; what was being written when the process was killed is removed at the next start. Safe for several threads.
 */
final class FileStore {
    private static final String DATA = "data";
    private static final String ABOUT = "about.json";
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path files;
    private final Path arriving;
    private final Map<String, Stored> index = new ConcurrentHashMap<>();

    /**
     * What is known of a file.
     *
     * @param purpose {@code batch} or {@code batch_output}
     */
    record Stored(String id, String tenant, String name, String purpose, long bytes, Instant createdAt) {
        ObjectNode json() {
            ObjectNode object = Call.JSON.createObjectNode();
            object.put("id", id);
            object.put("object", "file");
            object.put("bytes", bytes);
            object.put("created_at", createdAt.getEpochSecond());
            object.putNull("expires_at");
            object.put("filename", name);
            object.put("purpose", purpose);
            object.put("status", "processed");
            object.putNull("status_details");
            return object;
        }
    }

    FileStore(Path folder) {
        this.files = folder.resolve("files");
        this.arriving = folder.resolve("arriving");
        try {
            Files.createDirectories(files);
            delete(arriving);
            Files.createDirectories(arriving);
            try (Stream<Path> all = Files.list(files)) {
                all.filter(file -> Files.exists(file.resolve(ABOUT)))
                        .map(FileStore::read)
                        .forEach(stored -> index.put(stored.id(), stored));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the folder " + folder + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** A file that is being written; it is there once it was {@link #keep kept}. */
    final class Arrival implements AutoCloseable {
        private final Path folder;
        private long bytes;

        private Arrival() throws IOException {
            this.folder = Files.createTempDirectory(arriving, "file");
        }

        /**
         * Takes all bytes of a stream.
         *
         * @throws HttpProblem if there are more than that
         */
        void write(InputStream in, long bytesMax) throws IOException {
            byte[] buffer = new byte[BUFFER_BYTES];
            try (FileChannel out =
                    FileChannel.open(folder.resolve(DATA), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    bytes += read;
                    if (bytes > bytesMax) {
                        throw HttpProblem.tooLarge(
                                "the file has more than %,d bytes, which is the most".formatted(bytesMax));
                    }
                    ByteBuffer piece = ByteBuffer.wrap(buffer, 0, read);
                    while (piece.hasRemaining()) {
                        out.write(piece);
                    }
                }
                out.force(true);
            }
        }

        boolean isEmpty() {
            return bytes == 0;
        }

        Stored keep(String id, String tenant, String name, String purpose, Instant now) throws IOException {
            Stored stored = new Stored(id, tenant, name, purpose, bytes, now);
            ObjectNode about = stored.json();
            about.put("tenant", tenant);
            Path file = folder.resolve(ABOUT);
            Files.write(
                    file, Call.JSON.writeValueAsBytes(about), StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC);
            Path place = files.resolve(id);
            if (Files.exists(place)) {
                // The same file by the same id: a batch that was being finished when the process was killed.
                delete(place);
            }
            Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
            index.put(id, stored);
            return stored;
        }

        @Override
        public void close() throws IOException {
            delete(folder);
        }
    }

    Arrival arrive() throws IOException {
        return new Arrival();
    }

    @Nullable
    Stored find(String id) {
        return index.get(id);
    }

    Collection<Stored> all() {
        return List.copyOf(index.values());
    }

    long bytesStored() {
        return index.values().stream().mapToLong(Stored::bytes).sum();
    }

    Path data(Stored stored) {
        return files.resolve(stored.id()).resolve(DATA);
    }

    void remove(Stored stored) throws IOException {
        if (index.remove(stored.id()) != null) {
            delete(files.resolve(stored.id()));
        }
    }

    private static Stored read(Path folder) {
        try {
            JsonNode about = Call.JSON.readTree(Files.readAllBytes(folder.resolve(ABOUT)));
            return new Stored(
                    about.path("id").asText(),
                    about.path("tenant").asText(),
                    about.path("filename").asText(),
                    about.path("purpose").asText(),
                    about.path("bytes").asLong(),
                    Instant.ofEpochSecond(about.path("created_at").asLong()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException e) {
            // Nothing to delete, which is what was wanted.
        }
    }
}

package dev.scriptorium.batch;

import dev.scriptorium.wire.AnswerReader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where in a file of answers each one stands; the answers themselves stay in the file. */
final class AnswerIndex implements AutoCloseable {
    private final @Nullable RandomAccessFile file;
    private final Map<String, Place> places = new LinkedHashMap<>();

    private record Place(long offset, int bytes) {}

    private AnswerIndex(@Nullable RandomAccessFile file) {
        this.file = file;
    }

    /** Of a file that {@link AnswerFile} wrote; of one that is not there, nothing. */
    static AnswerIndex of(Path path) throws IOException {
        if (!Files.isRegularFile(path)) {
            return new AnswerIndex(null);
        }
        AnswerIndex index = new AnswerIndex(new RandomAccessFile(path.toFile(), "r"));
        AnswerReader reader = new AnswerReader();
        long[] offset = {0};
        AnswerFile.read(path, json -> {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            index.places.put(reader.read(bytes).id(), new Place(offset[0], bytes.length + 1));
            offset[0] += bytes.length + 1;
        });
        return index;
    }

    /** The line with its end, once: it is not left over any more. Null if it is not there. */
    byte @Nullable [] take(String id) throws IOException {
        Place place = places.remove(id);
        if (place == null || file == null) {
            return null;
        }
        byte[] line = new byte[place.bytes()];
        file.seek(place.offset());
        file.readFully(line);
        return line;
    }

    /** An id of a line not taken yet, the first of them; null if all are. */
    @Nullable
    String leftOver() {
        return places.isEmpty() ? null : places.keySet().iterator().next();
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }
}

package dev.scriptorium.wire;

import dev.scriptorium.wire.avro.AssignmentEvent;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.IntakeEvent;
import dev.scriptorium.wire.avro.JobTallyRecord;
import dev.scriptorium.wire.avro.OutcomeEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import dev.scriptorium.wire.avro.RejectionEvent;
import dev.scriptorium.wire.avro.RequestStateRecord;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Every schema that was ever released, as {@code schemas/history/<name>.v<number>.avsc} on the class path. Numbers
 * start at 1 and have no gaps, so that a jar needs no list of its folder: the first number that is missing is the end.
 */
final class SchemaHistory {
    /** The file names under {@code schemas/} and the schema that this program writes today. */
    static final Map<String, Schema> CURRENT = current();

    private SchemaHistory() {}

    /** All released versions of one schema, oldest first. */
    static List<Schema> released(String name) {
        List<Schema> versions = new ArrayList<>();
        for (Schema next = read(name, 1); next != null; next = read(name, versions.size() + 1)) {
            versions.add(next);
        }
        return versions;
    }

    private static @Nullable Schema read(String name, int version) {
        String resource = "/schemas/history/" + name + ".v" + version + ".avsc";
        try (InputStream in = SchemaHistory.class.getResourceAsStream(resource)) {
            return in == null ? null : new Schema.Parser().parse(in);
        } catch (IOException e) {
            throw new UncheckedIOException(resource + " cannot be read", e);
        }
    }

    private static Map<String, Schema> current() {
        Map<String, Schema> schemas = new LinkedHashMap<>();
        schemas.put("prompt", PromptEvent.getClassSchema());
        schemas.put("completion", CompletionEvent.getClassSchema());
        schemas.put("rejection", RejectionEvent.getClassSchema());
        schemas.put("assignment", AssignmentEvent.getClassSchema());
        schemas.put("outcome", OutcomeEvent.getClassSchema());
        schemas.put("intake", IntakeEvent.getClassSchema());
        schemas.put("request-state", RequestStateRecord.getClassSchema());
        schemas.put("job-tally", JobTallyRecord.getClassSchema());
        return Map.copyOf(schemas);
    }
}

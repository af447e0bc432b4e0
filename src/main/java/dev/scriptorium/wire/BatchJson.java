package dev.scriptorium.wire;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.event.JobTally;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Batches as OpenAI's batch object, which is what the {@code batches} topic and the HTTP API both carry, and tallies of
 * jobs as the {@code jobs} topic carries them. What OpenAI has no name for stands in {@code scriptorium}.
 */
public final class BatchJson {
    private final ObjectMapper json = new ObjectMapper();
    private final EventCodec codec = new EventCodec();

    /** The object as of now; without a tally nothing has ended yet. */
    public byte[] write(Batch batch, @Nullable JobTally tally) {
        ObjectNode object = json.createObjectNode();
        object.put("id", batch.job());
        object.put("object", "batch");
        object.put("endpoint", batch.origin().endpoint());
        object.put("model", (String) null);
        problems(object, batch.problems());
        object.put("input_file_id", batch.origin().file());
        object.put("completion_window", batch.origin().window());
        object.put("status", word(batch.phase()));
        object.put("output_file_id", batch.results().output());
        object.put("error_file_id", batch.results().errors());
        object.put("created_at", batch.createdAt().getEpochSecond());
        for (Phase phase : Phase.values()) {
            if (phase != Phase.VALIDATING) {
                seconds(object, word(phase) + "_at", batch.reached().get(phase));
            }
            if (phase == Phase.IN_PROGRESS) {
                seconds(object, "expires_at", batch.expiresAt());
            }
        }
        ObjectNode counts = object.putObject("request_counts");
        counts.put("total", batch.requests());
        counts.put("completed", tally == null ? 0 : tally.completed());
        counts.put("failed", tally == null ? 0 : tally.rejected());
        usage(object, tally);
        ObjectNode metadata = object.putObject("metadata");
        new TreeMap<>(batch.metadata()).forEach(metadata::put);
        ObjectNode own = object.putObject("scriptorium");
        own.put("tenant", batch.tenant());
        own.put("input", batch.origin().name());
        own.put("input_digest", batch.origin().digest());
        Batch.Table table = batch.origin().table();
        if (table != null) {
            ObjectNode read = own.putObject("input_table");
            read.put("id_column", table.idColumn());
            read.put("prompt_column", table.promptColumn());
            ObjectNode settings = read.putObject("settings");
            new TreeMap<>(table.settings()).forEach(settings::put);
        }
        try {
            return json.writeValueAsBytes(object);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a batch could not be written as JSON", e);
        }
    }

    /** @throws UndecodableException if the bytes are no batch */
    public Batch read(byte[] bytes) {
        JsonNode object = object(bytes);
        JsonNode own = object.path("scriptorium");
        Map<Phase, Instant> reached = new EnumMap<>(Phase.class);
        reached.put(
                Phase.VALIDATING,
                Instant.ofEpochSecond(object.path("created_at").asLong()));
        for (Phase phase : Phase.values()) {
            Instant at = instant(object.path(word(phase) + "_at"));
            if (at != null) {
                reached.put(phase, at);
            }
        }
        List<Batch.Problem> problems = new ArrayList<>();
        for (JsonNode problem : object.path("errors").path("data")) {
            problems.add(new Batch.Problem(
                    problem.path("code").asText(),
                    problem.path("message").asText(),
                    text(problem.path("param")),
                    problem.path("line").asLong()));
        }
        return new Batch(
                required(object, "id"),
                required(own, "tenant"),
                new Batch.Origin(
                        required(own, "input"),
                        required(own, "input_digest"),
                        text(object.path("input_file_id")),
                        text(object.path("endpoint")),
                        text(object.path("completion_window")),
                        table(own.path("input_table"))),
                phase(required(object, "status")),
                reached,
                object.path("request_counts").path("total").asLong(),
                instant(object.path("expires_at")),
                new Batch.Results(text(object.path("output_file_id")), text(object.path("error_file_id"))),
                problems,
                texts(object.path("metadata")));
    }

    private static Batch.@Nullable Table table(JsonNode read) {
        return read.isObject()
                ? new Batch.Table(
                        required(read, "id_column"), required(read, "prompt_column"), texts(read.path("settings")))
                : null;
    }

    private static Map<String, String> texts(JsonNode object) {
        Map<String, String> texts = new TreeMap<>();
        object.properties()
                .forEach(pair -> texts.put(pair.getKey(), pair.getValue().asText()));
        return texts;
    }

    /**
     * A tally in either of the formats of the jobs topic.
     *
     * @throws UndecodableException if the bytes are no tally
     */
    public JobTally tally(byte[] bytes) {
        if (SingleObject.isMarked(bytes)) {
            return codec.jobTally(bytes);
        }
        JsonNode object = object(bytes);
        try {
            return new JobTally(
                    required(object, "job"),
                    object.path("admitted").asLong(),
                    object.path("completed").asLong(),
                    object.path("rejected").asLong(),
                    object.path("prompt_tokens").asLong(),
                    object.path("completion_tokens").asLong(),
                    Instant.parse(required(object, "updated_at")));
        } catch (java.time.DateTimeException e) {
            throw new UndecodableException("the tally's field 'updated_at' is no time", e);
        }
    }

    private static void problems(ObjectNode object, List<Batch.Problem> problems) {
        if (problems.isEmpty()) {
            object.putNull("errors");
            return;
        }
        ObjectNode errors = object.putObject("errors");
        errors.put("object", "list");
        for (Batch.Problem problem : problems) {
            ObjectNode entry = errors.withArray("data").addObject();
            entry.put("code", problem.code());
            entry.put("message", problem.message());
            entry.put("param", problem.field());
            if (problem.line() > 0) {
                entry.put("line", problem.line());
            } else {
                entry.putNull("line");
            }
        }
    }

    private static void usage(ObjectNode object, @Nullable JobTally tally) {
        ObjectNode usage = object.putObject("usage");
        long read = tally == null ? 0 : tally.promptTokens();
        long written = tally == null ? 0 : tally.completionTokens();
        usage.put("input_tokens", read);
        usage.put("output_tokens", written);
        usage.put("total_tokens", read + written);
    }

    private static void seconds(ObjectNode object, String name, @Nullable Instant at) {
        if (at == null) {
            object.putNull(name);
        } else {
            object.put(name, at.getEpochSecond());
        }
    }

    private JsonNode object(byte[] bytes) {
        try {
            JsonNode node = json.readTree(bytes);
            if (node instanceof ObjectNode) {
                return node;
            }
        } catch (IOException e) {
            throw new UndecodableException("the record is not JSON: " + e.getMessage(), e);
        }
        throw new UndecodableException("the record is not a JSON object");
    }

    private static String required(JsonNode object, String name) {
        JsonNode value = object.path(name);
        if (!value.isTextual()) {
            throw new UndecodableException(
                    "the record's field '%s' is %s, but it must be a string".formatted(name, JsonText.describe(value)));
        }
        return value.textValue();
    }

    private static Phase phase(String word) {
        for (Phase phase : Phase.values()) {
            if (word(phase).equals(word)) {
                return phase;
            }
        }
        throw new UndecodableException("the batch's status '%s' is not known".formatted(Refusal.shown(word)));
    }

    /** As OpenAI writes it: {@code in_progress}. */
    public static String word(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(JsonNode value) {
        return value.isTextual() ? value.textValue() : null;
    }

    private static @Nullable Instant instant(JsonNode value) {
        return value.isIntegralNumber() ? Instant.ofEpochSecond(value.longValue()) : null;
    }
}

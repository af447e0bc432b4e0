package dev.scriptorium.pipeline;

import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.grammar.Grammar;
import dev.scriptorium.grammar.UnsupportedSchemaException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whether a text can be held to what a prompt asks for: a function of the schema alone, remembered for the schemas seen
 * last, because the prompts of a job share one.
 */
final class Forms {
    private static final int KEPT_MAX = 64;

    private final Map<ResponseFormat, Optional<String>> kept =
            Collections.synchronizedMap(new LinkedHashMap<>(KEPT_MAX, 0.75f, true) {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ResponseFormat, Optional<String>> eldest) {
                    return size() > KEPT_MAX;
                }
            });

    /** Why it cannot, or null if it can. */
    @Nullable
    String problem(ResponseFormat format) {
        return switch (format) {
            case ResponseFormat.Text ignored -> null;
            case ResponseFormat.JsonObject ignored -> null;
            case ResponseFormat.JsonSchema json ->
                kept.computeIfAbsent(format, any -> tried(() -> Grammar.jsonSchema(json.schema())))
                        .orElse(null);
            case ResponseFormat.AvroSchema avro ->
                kept.computeIfAbsent(format, any -> tried(() -> Grammar.avroSchema(avro.schema())))
                        .orElse(null);
        };
    }

    private interface Reading {
        Grammar read();
    }

    private static Optional<String> tried(Reading reading) {
        try {
            reading.read();
            return Optional.empty();
        } catch (UnsupportedSchemaException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }
}

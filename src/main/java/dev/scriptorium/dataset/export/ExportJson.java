package dev.scriptorium.dataset.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Records as JSON: names with underscores, nothing for null. */
final class ExportJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
            .build();

    static String line(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    static byte[] pretty(Object value) {
        try {
            return (JSON.writer(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** @throws IllegalStateException if the file is none of ours */
    static <T> T read(Path path, Class<T> type) throws IOException {
        try {
            return JSON.readValue(Files.readAllBytes(path), type);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(path + ": cannot be understood: " + e.getOriginalMessage(), e);
        }
    }

    private ExportJson() {}
}

package dev.scriptorium.wire.dataset;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.EnumFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.wire.UndecodableException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** One way of writing records of the dataset room: names with underscores, nothing for null. */
final class DatasetJson {
    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            // A record is its components; what it answers beside them is no part of it.
            .visibility(PropertyAccessor.ALL, Visibility.NONE)
            .visibility(PropertyAccessor.FIELD, Visibility.ANY)
            .visibility(PropertyAccessor.CREATOR, Visibility.ANY)
            .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS)
            .enable(EnumFeature.WRITE_ENUMS_TO_LOWERCASE)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .defaultPropertyInclusion(JsonInclude.Value.ALL_NON_NULL)
            .build();

    private DatasetJson() {}

    static byte[] write(Object value) {
        try {
            return JSON.writeValueAsBytes(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a record cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    static JsonNode tree(Object value) {
        return JSON.valueToTree(value);
    }

    static JsonNode tree(byte @Nullable [] bytes, String what) {
        try {
            JsonNode node = bytes == null ? null : JSON.readTree(bytes);
            if (node == null || !node.isObject()) {
                throw new UndecodableException("the " + what + " is no JSON object");
            }
            return node;
        } catch (IOException e) {
            throw new UndecodableException("the " + what + " is no JSON: " + e.getMessage(), e);
        }
    }

    static <T> T read(byte @Nullable [] bytes, Class<T> type, String what) {
        return read(tree(bytes, what), type, what);
    }

    static <T> T read(JsonNode node, Class<T> type, String what) {
        try {
            return JSON.treeToValue(node, type);
        } catch (JsonProcessingException | InvalidFieldException | IllegalArgumentException e) {
            throw new UndecodableException("the " + what + " cannot be understood: " + e.getMessage(), e);
        }
    }
}

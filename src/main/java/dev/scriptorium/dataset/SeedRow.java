package dev.scriptorium.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One row of what a dataset is made from.
 *
 * @param json as one line
 * @param values the same, as templates see it
 */
public record SeedRow(String json, Map<String, Object> values) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of a row's values by column. */
    public static SeedRow of(Map<String, ? extends @Nullable Object> values) {
        try {
            return of(JSON.writeValueAsString(values));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the seed row cannot be written as JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** @throws IllegalArgumentException if it is no object */
    public static SeedRow of(String json) {
        try {
            return new SeedRow(json, JSON.readValue(json, new TypeReference<Map<String, Object>>() {}));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the seed row is no JSON object: " + e.getOriginalMessage(), e);
        }
    }
}

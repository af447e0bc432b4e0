package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** The fields of one JSON request, each under all of its names; {@code null} is the same as not there. */
record JsonFields(ObjectNode body) {
    /** The one value under all of a field's names; null if none is there. */
    @Nullable
    JsonNode value(RequestField field) {
        String first = field.key();
        JsonNode found = null;
        for (String name : field.names()) {
            JsonNode value = body.get(name);
            if (value == null || value.isNull()) {
                continue;
            }
            if (found != null && !found.equals(value)) {
                throw Refusal.invalid(
                        name,
                        JsonText.describe(value),
                        "is another name of '%s', which is %s: give one of them"
                                .formatted(first, JsonText.describe(found)));
            }
            if (found == null) {
                found = value;
                first = name;
            }
        }
        return found;
    }

    @Nullable
    String text(RequestField field) {
        JsonNode value = value(field);
        return value == null ? null : JsonText.text(field.key(), value);
    }

    @Nullable
    Double number(RequestField field) {
        JsonNode value = value(field);
        return value == null ? null : (Double) JsonText.number(field, value);
    }

    @Nullable
    Integer integer(RequestField field) {
        JsonNode value = value(field);
        return value == null ? null : (Integer) JsonText.integer(field, value);
    }

    @Nullable
    Long whole(RequestField field) {
        JsonNode value = value(field);
        return value == null ? null : (Long) JsonText.whole(field, value);
    }

    /** False where nothing is said. */
    boolean flag(RequestField field) {
        JsonNode value = value(field);
        return value != null && JsonText.flag(field, value);
    }
}

package dev.scriptorium.checkpoint.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptorium.checkpoint.CheckpointException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object from a model's files, and its fields with the rules that they must keep.
 *
 * @param label what to call it in an error: the path of the file
 */
public record JsonFile(String label, JsonNode root) {
    private static final long FILE_BYTES_MAX = 256L << 20; // tokenizer.json of the largest vocabularies has 40 MB
    private static final int NESTING_MAX = 64;
    private static final int STRING_CHARACTERS_MAX = 4 << 20; // chat templates are the longest strings
    private static final int NUMBER_CHARACTERS_MAX = 400; // Transformers writes 1000000000000000019884624838656
    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_MAX)
                            .maxStringLength(STRING_CHARACTERS_MAX)
                            .maxNumberLength(NUMBER_CHARACTERS_MAX)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    public static JsonFile read(Path path) {
        return parse(path.toString(), bytes(path));
    }

    /** The bytes of a text file of reasonable size. */
    public static byte[] bytes(Path path) {
        try {
            long size = Files.size(path);
            if (size > FILE_BYTES_MAX) {
                throw new CheckpointException(
                        path + ": has " + size + " bytes, but at most " + FILE_BYTES_MAX + " are read");
            }
            return Files.readAllBytes(path);
        } catch (IOException e) {
            throw new CheckpointException(path + ": cannot be read (" + e + ")", e);
        }
    }

    public static JsonFile parse(String label, byte[] json) {
        try {
            JsonNode root = MAPPER.readTree(json);
            if (!root.isObject()) {
                throw new CheckpointException(label + ": is not a JSON object");
            }
            return new JsonFile(label, root);
        } catch (JsonProcessingException e) {
            throw new CheckpointException(label + ": is not valid JSON: " + words(e) + place(e), e);
        } catch (IOException e) {
            throw new CheckpointException(label + ": is not valid JSON: " + e.getMessage(), e);
        }
    }

    /** The parser's words without what it says of its own settings. */
    private static String words(JsonProcessingException e) {
        return e.getOriginalMessage().replaceAll(" \\(start marker at \\[.*?\\]\\)|, from `[^`]*`", "");
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    public CheckpointException refuse(String why) {
        return new CheckpointException(label + ": " + why);
    }

    /** The field's value, or null if it is absent or null. */
    @Nullable
    public JsonNode get(String field) {
        JsonNode value = root.get(field);
        return value == null || value.isNull() ? null : value;
    }

    public int positiveInt(String field) {
        Integer value = positiveIntOrNull(field);
        if (value == null) {
            throw refuse("lacks " + field + ", a whole number of 1 or more");
        }
        return value;
    }

    @Nullable
    public Integer positiveIntOrNull(String field) {
        Integer value = intOrNull(field);
        if (value != null && value < 1) {
            throw refuse(field + " is " + value + ", but must be 1 or more");
        }
        return value;
    }

    @Nullable
    public Integer intOrNull(String field) {
        JsonNode value = get(field);
        if (value != null && !(value.isIntegralNumber() && value.canConvertToInt())) {
            throw refuse(field + " is " + value + ", which is not a whole number of 32 bits");
        }
        return value == null ? null : value.intValue();
    }

    @Nullable
    public Double numberOrNull(String field) {
        JsonNode value = get(field);
        if (value != null && !(value.isNumber() && Double.isFinite(value.doubleValue()))) {
            throw refuse(field + " is " + value + ", which is not a finite number");
        }
        return value == null ? null : value.doubleValue();
    }

    @Nullable
    public String textOrNull(String field) {
        JsonNode value = get(field);
        if (value != null && !value.isTextual()) {
            throw refuse(field + " is " + value + ", which is not text");
        }
        return value == null ? null : value.textValue();
    }

    @Nullable
    public Boolean booleanOrNull(String field) {
        JsonNode value = get(field);
        if (value != null && !value.isBoolean()) {
            throw refuse(field + " is " + value + ", which is neither true nor false");
        }
        return value == null ? null : value.booleanValue();
    }
}

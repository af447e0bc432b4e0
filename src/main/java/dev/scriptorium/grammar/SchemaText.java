package dev.scriptorium.grammar;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.charset.StandardCharsets;

/** JSON text of schemas to nodes, and values in schemas to the bytes in which a document has them. */
final class SchemaText {
    private static final int NESTING_LEVELS_MAX = 64;

    private static final JsonMapper MAPPER = JsonMapper.builder(new com.fasterxml.jackson.core.JsonFactoryBuilder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(NESTING_LEVELS_MAX)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private SchemaText() {}

    static JsonNode read(String schema) {
        try {
            return MAPPER.readTree(schema);
        } catch (JsonEOFException e) {
            throw new UnsupportedSchemaException("the schema is not JSON: it ends in the middle", e);
        } catch (MismatchedInputException e) {
            throw new UnsupportedSchemaException("the schema goes on after its end", e);
        } catch (JsonProcessingException e) {
            throw new UnsupportedSchemaException("the schema is not JSON: " + e.getOriginalMessage(), e);
        }
    }

    /** As {@link Rule.Literal} has it. */
    static String latin1(JsonNode value) {
        return latin1(value.toString());
    }

    static String latin1(String json) {
        return new String(json.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** The name as a key with quotes and colon. */
    static String key(String name) {
        return latin1(MAPPER.getNodeFactory().textNode(name).toString() + ":");
    }
}

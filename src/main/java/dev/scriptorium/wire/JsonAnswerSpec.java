package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.ResponseFormat;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a JSON request says of its answer: n, logprobs, echo, response_format. */
final class JsonAnswerSpec {
    private static final String FORMAT = "response_format";
    private static final String JSON_SCHEMA = FORMAT + ".json_schema";
    private static final String UNNAMED = "schema";

    private final JsonFields fields;
    private final Dialect dialect;

    private JsonAnswerSpec(JsonFields fields, Dialect dialect) {
        this.fields = fields;
        this.dialect = dialect;
    }

    static AnswerSpec read(JsonFields fields, Dialect dialect) {
        JsonAnswerSpec json = new JsonAnswerSpec(fields, dialect);
        Integer n = fields.integer(RequestField.N);
        return new AnswerSpec(
                n == null ? 1 : n, json.logprobs(), fields.flag(RequestField.ECHO), json.responseFormat());
    }

    /** A chat says yes or no and then how many alternatives; a completion says how many; a plain object may do both. */
    private @Nullable Integer logprobs() {
        JsonNode logprobs = fields.value(RequestField.LOGPROBS);
        Integer top = fields.integer(RequestField.TOP_LOGPROBS);
        if (logprobs != null && logprobs.isNumber() && dialect != Dialect.OPENAI_CHAT) {
            int count = JsonText.integer(RequestField.LOGPROBS, logprobs);
            if (top != null && top != count) {
                throw Refusal.invalid(
                        "top_logprobs",
                        String.valueOf(top),
                        "must be as 'logprobs', which is " + count + ", or absent");
            }
            return within(RequestField.LOGPROBS, count);
        }
        if (logprobs != null && !logprobs.isBoolean()) {
            throw Refusal.invalid("logprobs", JsonText.describe(logprobs), logprobsRule());
        }
        if (logprobs != null && logprobs.booleanValue()) {
            if (dialect == Dialect.OPENAI_COMPLETIONS) {
                throw Refusal.invalid("logprobs", JsonText.describe(logprobs), logprobsRule());
            }
            return top == null ? 0 : within(RequestField.TOP_LOGPROBS, top);
        }
        if (top != null && top != 0) {
            throw Refusal.invalid(
                    "top_logprobs", String.valueOf(top), "must come with 'logprobs', which is not asked for");
        }
        return null;
    }

    private String logprobsRule() {
        return switch (dialect) {
            case OPENAI_CHAT -> "must be true or false; 'top_logprobs' says how many";
            case OPENAI_COMPLETIONS -> "must be a whole number from 0 to 20";
            case PLAIN, AVRO -> "must be true, false or a whole number from 0 to 20";
        };
    }

    private static int within(RequestField field, int count) {
        if (count < 0 || count > AnswerSpec.LOGPROBS_MAX) {
            throw Refusal.invalid(field.key(), String.valueOf(count), "must be from 0 to " + AnswerSpec.LOGPROBS_MAX);
        }
        return count;
    }

    private ResponseFormat responseFormat() {
        JsonNode format = fields.value(RequestField.RESPONSE_FORMAT);
        if (format == null) {
            return ResponseFormat.TEXT;
        }
        JsonNode type = requireObject(FORMAT, format).get("type");
        if (type == null) {
            throw Refusal.missing(FORMAT + ".type", "it is one of text, json_object, json_schema, avro_schema");
        }
        String name = JsonText.text(FORMAT + ".type", type);
        return switch (name) {
            case "text" -> only(format, List.of("type"), ResponseFormat.TEXT);
            case "json_object" -> only(format, List.of("type"), new ResponseFormat.JsonObject());
            case "json_schema" ->
                only(format, List.of("type", "json_schema"), jsonSchema(required(format, "json_schema")));
            case "avro_schema" ->
                only(
                        format,
                        List.of("type", "avro_schema"),
                        new ResponseFormat.AvroSchema(
                                required(format, "avro_schema").toString()));
            default ->
                throw Refusal.invalid(
                        FORMAT + ".type",
                        "'" + Refusal.shown(name) + "'",
                        "must be one of text, json_object, json_schema, avro_schema");
        };
    }

    private static JsonNode required(JsonNode format, String name) {
        JsonNode value = format.get(name);
        if (value == null || value.isNull()) {
            throw Refusal.missing(FORMAT + "." + name, "the type " + name + " needs it");
        }
        return value;
    }

    /** OpenAI's fields; a description is for people, and whether it is strict or not, a schema is always enforced. */
    private static ResponseFormat jsonSchema(JsonNode json) {
        requireObject(JSON_SCHEMA, json);
        requireKnown(JSON_SCHEMA, json, List.of("name", "schema", "strict", "description"));
        JsonNode strict = json.get("strict");
        if (strict != null && !strict.isNull() && !strict.isBoolean()) {
            throw Refusal.invalid(JSON_SCHEMA + ".strict", JsonText.describe(strict), "must be true or false");
        }
        JsonNode name = json.get("name");
        JsonNode schema = json.get("schema");
        if (schema == null || schema.isNull()) {
            throw Refusal.missing(JSON_SCHEMA + ".schema", "there is nothing to hold the text to");
        }
        return new ResponseFormat.JsonSchema(
                name == null || name.isNull() ? UNNAMED : JsonText.text(JSON_SCHEMA + ".name", name),
                schema.toString());
    }

    private static JsonNode requireObject(String path, JsonNode node) {
        if (!node.isObject()) {
            throw Refusal.invalid(path, JsonText.describe(node), "must be an object");
        }
        return node;
    }

    private static ResponseFormat only(JsonNode format, List<String> names, ResponseFormat read) {
        requireKnown(FORMAT, format, names);
        return read;
    }

    private static void requireKnown(String path, JsonNode object, List<String> names) {
        for (Map.Entry<String, JsonNode> entry : object.properties()) {
            String name = entry.getKey();
            if (!names.contains(name) && !entry.getValue().isNull()) {
                String at = path + "." + Refusal.shown(name);
                throw new Refusal(
                        ErrorCode.UNKNOWN_FIELD,
                        at,
                        "field '%s' is not known here%s".formatted(at, RequestField.suggestion(name, names)));
            }
        }
    }
}

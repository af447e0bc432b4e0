package dev.scriptorium.wire;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Sampling;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One JSON request, field by field. Nothing is ignored: a name that is not known is refused, and so is one that is
 * known elsewhere but not supported, unless its value asks for nothing. {@code null} is the same as not there.
 */
final class JsonPrompt {
    static final String CHAT_URL = "/v1/chat/completions";
    static final String COMPLETIONS_URL = "/v1/completions";
    private static final List<String> LINE_FIELDS = List.of("custom_id", "method", "url", "body");
    private static final String LINE_RULE = "an OpenAI batch line has custom_id, method, url and body";
    private static final Pattern RFC_3339 =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\d[Tt ]\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?([Zz]|[+-]\\d\\d:\\d\\d)");

    private final Dialect dialect;
    private final @Nullable JsonNode id;
    private final ObjectNode body;
    private final JsonFields fields;

    private JsonPrompt(Dialect dialect, @Nullable JsonNode id, ObjectNode body) {
        this.dialect = dialect;
        this.id = id;
        this.body = body;
        this.fields = new JsonFields(body);
    }

    /** @throws Refusal if it is no request: a wrong line around the body, or a field that is not known */
    static JsonPrompt of(ObjectNode object) {
        boolean isLine = LINE_FIELDS.stream().anyMatch(object::has);
        JsonPrompt prompt = isLine ? line(object) : new JsonPrompt(Dialect.PLAIN, object.get("id"), object);
        prompt.requireKnownFields();
        return prompt;
    }

    private static JsonPrompt line(ObjectNode line) {
        for (String name : (Iterable<String>) line::fieldNames) {
            if (!LINE_FIELDS.contains(name)) {
                throw unknown(name, "is not known beside custom_id, method, url and body" + lineHint(name));
            }
        }
        String method = JsonText.text("method", required(line, "method"));
        if (!method.equals("POST")) {
            throw Refusal.invalid("method", "'" + Refusal.shown(method) + "'", "must be POST");
        }
        String url = JsonText.text("url", required(line, "url"));
        Dialect dialect = switch (url) {
            case CHAT_URL -> Dialect.OPENAI_CHAT;
            case COMPLETIONS_URL -> Dialect.OPENAI_COMPLETIONS;
            default ->
                throw Refusal.invalid(
                        "url", "'" + Refusal.shown(url) + "'", "must be " + CHAT_URL + " or " + COMPLETIONS_URL);
        };
        JsonNode body = required(line, "body");
        if (!(body instanceof ObjectNode object)) {
            throw Refusal.invalid("body", JsonText.describe(body), "must be an object");
        }
        return new JsonPrompt(dialect, line.get("custom_id"), object);
    }

    private static String lineHint(String name) {
        if (name.equals("id")) {
            return "; the id of a line is its custom_id";
        }
        return RequestField.named(name).isPresent()
                ? "; it belongs into 'body'"
                : RequestField.suggestion(name, LINE_FIELDS);
    }

    private static JsonNode required(ObjectNode line, String name) {
        JsonNode value = line.get(name);
        if (value == null || value.isNull()) {
            throw Refusal.missing(name, LINE_RULE);
        }
        return value;
    }

    private void requireKnownFields() {
        for (Map.Entry<String, JsonNode> entry : body.properties()) {
            String name = entry.getKey();
            List<String> harmless = RequestField.UNSUPPORTED.get(name);
            if (harmless != null) {
                requireHarmless(name, entry.getValue(), harmless);
            } else if (RequestField.named(name).filter(this::applies).isEmpty()) {
                throw unknown(name, "is not known" + hint(name));
            }
        }
    }

    private boolean applies(RequestField field) {
        return switch (field) {
            case ID -> dialect == Dialect.PLAIN;
            case PROMPT -> dialect != Dialect.OPENAI_CHAT;
            case MESSAGES -> dialect != Dialect.OPENAI_COMPLETIONS;
            default -> true;
        };
    }

    private String hint(String name) {
        return switch (name) {
            case "messages" -> " at " + COMPLETIONS_URL + "; use " + CHAT_URL;
            case "prompt" -> " at " + CHAT_URL + "; use " + COMPLETIONS_URL;
            case "id" -> " in 'body'; the id of a line is its custom_id";
            default -> {
                List<String> known = Arrays.stream(RequestField.values())
                        .filter(this::applies)
                        .flatMap(field -> field.names().stream())
                        .toList();
                yield RequestField.suggestion(name, known);
            }
        };
    }

    private static void requireHarmless(String name, JsonNode value, List<String> harmless) {
        if (value.isNull() || harmless.contains(value.toString())) {
            return;
        }
        if (harmless.isEmpty()) {
            throw unknown(name, "is not supported");
        }
        throw Refusal.invalid(name, JsonText.describe(value), RequestField.unsupportedRule(name, harmless));
    }

    private static Refusal unknown(String name, String rule) {
        return new Refusal(
                ErrorCode.UNKNOWN_FIELD, Refusal.shown(name), "field '%s' %s".formatted(Refusal.shown(name), rule));
    }

    Dialect dialect() {
        return dialect;
    }

    /** The request's own name for itself; null if it has none. */
    @Nullable
    String id() {
        String name = dialect == Dialect.PLAIN ? "id" : "custom_id";
        if (id == null || id.isNull()) {
            return null;
        }
        if (id.isIntegralNumber()) {
            return id.asText();
        }
        if (!id.isTextual()) {
            throw Refusal.invalid(name, JsonText.describe(id), "must be a string or a whole number");
        }
        return JsonText.text(name, id);
    }

    @Nullable
    String text(RequestField field) {
        return fields.text(field);
    }

    Input input() {
        JsonNode prompt = applies(RequestField.PROMPT) ? fields.value(RequestField.PROMPT) : null;
        JsonNode messages = applies(RequestField.MESSAGES) ? fields.value(RequestField.MESSAGES) : null;
        if (prompt != null && messages != null) {
            throw Refusal.invalid("messages", "given", "must not be, because 'prompt' is given too");
        }
        if (prompt != null) {
            if (prompt.isArray()) {
                throw Refusal.invalid("prompt", JsonText.describe(prompt), "must be one string: one request, one text");
            }
            return new Input.Text(JsonText.text("prompt", prompt), fields.flag(RequestField.SPECIAL_TOKENS));
        }
        if (messages != null) {
            if (fields.flag(RequestField.SPECIAL_TOKENS)) {
                throw Refusal.invalid(
                        "special_tokens", "true", "must be false with 'messages': only the template writes them there");
            }
            return new Input.Chat(messages(messages));
        }
        throw switch (dialect) {
            case OPENAI_CHAT -> Refusal.missing("messages", "a chat needs at least one");
            case OPENAI_COMPLETIONS -> Refusal.missing("prompt", "there is nothing to continue");
            case PLAIN, AVRO -> Refusal.missing("prompt", "a request has either 'prompt' or 'messages'");
        };
    }

    private static List<Message> messages(JsonNode list) {
        if (!list.isArray()) {
            throw Refusal.invalid("messages", JsonText.describe(list), "must be a list");
        }
        if (list.isEmpty() || list.size() > Input.Chat.MESSAGES_MAX) {
            throw Refusal.invalid("messages", "a list of " + list.size(), "must have 1 to 1024 of them");
        }
        List<Message> messages = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            messages.add(message("messages[" + i + "]", list.get(i)));
        }
        return messages;
    }

    private static Message message(String path, JsonNode node) {
        if (!node.isObject()) {
            throw Refusal.invalid(path, JsonText.describe(node), "must be an object with 'role' and 'content'");
        }
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            String name = entry.getKey();
            if (!name.equals("role")
                    && !name.equals("content")
                    && !entry.getValue().isNull()) {
                throw unknown(
                        path + "." + name, "is not known" + RequestField.suggestion(name, List.of("role", "content")));
            }
        }
        JsonNode role = part(path, node, "role", "it must be one of system, user, assistant");
        JsonNode content = part(path, node, "content", "it must be a string");
        try {
            return new Message(JsonText.text(path + ".role", role), content(path + ".content", content));
        } catch (InvalidFieldException e) {
            throw Refusal.invalid(path + ".role", e.value(), e.rule());
        }
    }

    private static JsonNode part(String path, JsonNode message, String name, String rule) {
        JsonNode value = message.get(name);
        if (value == null) {
            throw Refusal.missing(path + "." + name, rule);
        }
        return value;
    }

    /** A string, or OpenAI's list of text parts, which are joined by line ends as other servers do. */
    private static String content(String path, JsonNode content) {
        if (!content.isArray()) {
            return JsonText.text(path, content);
        }
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < content.size(); i++) {
            JsonNode part = content.get(i);
            String at = path + "[" + i + "]";
            JsonNode type = part.get("type");
            if (type == null || !type.isTextual() || !type.textValue().equals("text")) {
                String found = type == null ? JsonText.describe(part) : JsonText.describe(type);
                throw Refusal.invalid(at + ".type", found, "must be 'text': other parts are not supported");
            }
            JsonNode text = part.get("text");
            if (text == null || part.size() != 2) {
                throw Refusal.invalid(at, JsonText.describe(part), "must have exactly 'type' and 'text'");
            }
            parts.add(JsonText.text(at + ".text", text));
        }
        return String.join("\n", parts);
    }

    Sampling sampling() {
        return new Sampling(
                fields.integer(RequestField.MAX_TOKENS),
                fields.integer(RequestField.MAX_LENGTH),
                fields.number(RequestField.TEMPERATURE),
                fields.integer(RequestField.TOP_K),
                fields.number(RequestField.TOP_P),
                fields.number(RequestField.MIN_P),
                fields.number(RequestField.REPETITION_PENALTY),
                fields.number(RequestField.FREQUENCY_PENALTY),
                fields.number(RequestField.PRESENCE_PENALTY),
                fields.whole(RequestField.SEED),
                stop());
    }

    AnswerSpec answer() {
        return JsonAnswerSpec.read(fields, dialect);
    }

    private @Nullable List<String> stop() {
        JsonNode value = fields.value(RequestField.STOP);
        if (value == null) {
            return null;
        }
        if (value.isTextual()) {
            return List.of(JsonText.text("stop", value));
        }
        if (!value.isArray()) {
            throw Refusal.invalid("stop", JsonText.describe(value), "must be a string or a list of strings");
        }
        if (value.size() > Sampling.STOP_COUNT_MAX) {
            throw Refusal.invalid("stop", "a list of " + value.size(), "must have at most 16 texts");
        }
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < value.size(); i++) {
            texts.add(JsonText.text("stop[" + i + "]", value.get(i)));
        }
        return texts;
    }

    Priority priority() {
        String text = text(RequestField.PRIORITY);
        return switch (text) {
            case null -> Priority.BULK;
            case "interactive" -> Priority.INTERACTIVE;
            case "bulk" -> Priority.BULK;
            default ->
                throw Refusal.invalid("priority", "'" + Refusal.shown(text) + "'", "must be interactive or bulk");
        };
    }

    Delivery delivery() {
        return new Delivery(
                fields.flag(RequestField.STREAM),
                unfinished(RequestField.ON_DEADLINE),
                unfinished(RequestField.ON_CANCEL));
    }

    private Delivery.Unfinished unfinished(RequestField field) {
        String text = text(field);
        boolean partial = "partial".equals(text);
        if (text != null && !partial && !text.equals("reject")) {
            throw Refusal.invalid(field.key(), "'" + Refusal.shown(text) + "'", "must be " + field.limits());
        }
        return partial ? Delivery.Unfinished.PARTIAL : Delivery.Unfinished.REJECT;
    }

    @Nullable
    Instant deadline() {
        String text = text(RequestField.DEADLINE);
        if (text == null) {
            return null;
        }
        try {
            if (RFC_3339.matcher(text).matches()) {
                return OffsetDateTime.parse(text.replace(' ', 'T')).toInstant().truncatedTo(ChronoUnit.MICROS);
            }
        } catch (DateTimeException e) {
            // It looks like a time and is none, as the 30th of February: refused like everything else below.
        }
        String rule = "must be " + RequestField.DEADLINE.limits();
        throw Refusal.invalid("deadline", "'" + Refusal.shown(text) + "'", rule);
    }

    Map<String, String> metadata() {
        JsonNode value = fields.value(RequestField.METADATA);
        if (value == null) {
            return Map.of();
        }
        if (!value.isObject()) {
            throw Refusal.invalid("metadata", JsonText.describe(value), "must be an object of strings");
        }
        Map<String, String> pairs = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> pair : value.properties()) {
            JsonText.requireSound("metadata", pair.getKey());
            pairs.put(pair.getKey(), JsonText.text("metadata." + Refusal.shown(pair.getKey()), pair.getValue()));
        }
        return pairs;
    }
}

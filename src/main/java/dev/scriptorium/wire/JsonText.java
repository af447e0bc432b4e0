package dev.scriptorium.wire;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonEOFException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Bytes to a JSON object, strictly: UTF-8 without errors, one object and nothing after it, no name twice, at most 32
 * levels. What is not an object can still be asked who it was about ({@link #identify}), so that its refusal finds
 * home.
 */
final class JsonText {
    private static final int NESTING_LEVELS_MAX = 32;
    private static final int NUMBER_CHARACTERS_MAX = 400;
    private static final int NAME_CHARACTERS_MAX = 1024;
    /** What Jackson tells programmers and not people: where it looked, which of its switches to turn. */
    private static final Pattern JACKSON_ADVICE = Pattern.compile(
            "(?s)(: was expecting| \\(for `|: enable `|; enable `|, from `StreamReadConstraints|: only regular).*");

    private static final JsonMapper MAPPER = mapper();

    private final String text;
    private final @Nullable Refusal notUtf8;

    private JsonText(String text, @Nullable Refusal notUtf8) {
        this.text = text;
        this.notUtf8 = notUtf8;
    }

    /** Decodes as far as the bytes are UTF-8; a byte order mark before the text is no part of it. */
    static JsonText of(byte[] bytes, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
        CharBuffer out = CharBuffer.allocate(length);
        CoderResult result = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT)
                .decode(in, out, true);
        String text = out.flip().toString();
        Refusal broken = result.isError()
                ? Refusal.malformed("the value is not UTF-8: byte %d is %02x".formatted(in.position() + 1, in.get()))
                : null;
        return new JsonText(text.startsWith("\ufeff") ? text.substring(1) : text, broken);
    }

    boolean isOneLine() {
        return text.indexOf('\n') < 0 && text.indexOf('\r') < 0;
    }

    /** The text itself. */
    @Override
    public String toString() {
        return text;
    }

    /** @throws Refusal as MALFORMED */
    ObjectNode object() {
        if (notUtf8 != null) {
            throw notUtf8;
        }
        if (text.isBlank()) {
            throw Refusal.malformed("the value is empty, but it must be a JSON object or Avro");
        }
        JsonNode node;
        try {
            node = MAPPER.readTree(text);
        } catch (JsonEOFException e) {
            throw Refusal.malformed(
                    "the value is not JSON: it ends in the middle, after %d characters".formatted(text.length()));
        } catch (MismatchedInputException e) {
            throw Refusal.malformed("the value goes on after its JSON object has ended; one record holds one object");
        } catch (NumberFormatException e) {
            throw Refusal.malformed("the value has a number with an exponent that no computer can hold");
        } catch (JsonProcessingException e) {
            throw Refusal.malformed("the value is not JSON%s: %s".formatted(place(e), reason(e)));
        }
        if (node instanceof ObjectNode object) {
            return object;
        }
        throw Refusal.malformed("the value is %s, but it must be a JSON object".formatted(describe(node)));
    }

    /**
     * An attribute of a CloudEvent in structured mode.
     *
     * @throws Refusal if it is missing or no text
     */
    static String attribute(ObjectNode envelope, String name) {
        JsonNode value = envelope.get(name);
        if (value == null || !value.isTextual() || value.textValue().isEmpty()) {
            throw Refusal.missing(name, "the CloudEvent has no attribute '%s' with a text".formatted(name));
        }
        return value.textValue();
    }

    /**
     * The prompt in a CloudEvent's envelope.
     *
     * @throws Refusal if it holds none
     */
    static byte[] dataOf(ObjectNode envelope) {
        JsonNode data = envelope.get("data");
        if (data instanceof ObjectNode) {
            return data.toString().getBytes(StandardCharsets.UTF_8);
        }
        throw Refusal.missing(
                "data",
                "the CloudEvent's data is %s, but it must be the prompt as a JSON object"
                        .formatted(data == null ? "missing" : describe(data)));
    }

    private static String place(JsonProcessingException e) {
        return e.getLocation() == null || e.getLocation().getCharOffset() < 0
                ? ""
                : " at character " + (e.getLocation().getCharOffset() + 1);
    }

    private static String reason(JsonProcessingException e) {
        String message =
                JACKSON_ADVICE.matcher(String.valueOf(e.getOriginalMessage())).replaceFirst("");
        String line = message.lines().findFirst().orElse("").strip();
        return unclosed(line) ? line + ")" : line;
    }

    private static boolean unclosed(String line) {
        return line.chars().filter(c -> c == '(').count()
                > line.chars().filter(c -> c == ')').count();
    }

    /** The value as people would quote it, with its type: {@code '0.7' (a string)}. */
    static String describe(JsonNode node) {
        return switch (node.getNodeType()) {
            case STRING, BINARY -> "'" + Refusal.shown(node.textValue()) + "' (a string)";
            case NUMBER -> Refusal.shown(node.asText()) + " (a number)";
            case BOOLEAN -> node.asText() + " (a boolean)";
            case OBJECT, POJO -> Refusal.shown(node.toString()) + " (an object)";
            case ARRAY -> Refusal.shown(node.toString()) + " (a list)";
            case NULL, MISSING -> "null";
        };
    }

    /**
     * What is known about whoever sent this, as far as it can be read; first values win.
     *
     * @param metadata the pairs that keep the rules
     */
    record Sender(
            Dialect dialect,
            @Nullable String id,
            @Nullable String job,
            @Nullable String tenant,
            Map<String, String> metadata) {}

    /** Reads until the text ends or breaks; never fails. */
    Sender identify() {
        Scan scan = new Scan();
        try (JsonParser parser = MAPPER.createParser(text)) {
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                scan.object(parser, false);
            }
        } catch (IOException e) {
            // What stood before the break is all that can be known.
            return scan.sender();
        }
        return scan.sender();
    }

    private static final class Scan {
        private final Map<String, String> found = new LinkedHashMap<>();
        private final Map<String, String> metadata = new LinkedHashMap<>();

        void object(JsonParser parser, boolean inBody) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken token = parser.nextToken();
                switch (name) {
                    case "custom_id", "id", "url" -> {
                        if (!inBody) {
                            scalar(parser, name);
                        }
                    }
                    case "job", "tenant", "user", "prompt" -> scalar(parser, name);
                    case "method" -> found.put(name, "");
                    case "body" -> {
                        found.put(name, "");
                        if (!inBody && token == JsonToken.START_OBJECT) {
                            object(parser, true);
                        }
                    }
                    case "metadata" -> {
                        if (token == JsonToken.START_OBJECT) {
                            pairs(parser);
                        }
                    }
                    default -> {}
                }
                parser.skipChildren();
            }
        }

        private void scalar(JsonParser parser, String name) throws IOException {
            boolean mayBeNumber = name.equals("custom_id") || name.equals("id");
            if (parser.currentToken() == JsonToken.VALUE_STRING
                    || mayBeNumber && parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
                found.putIfAbsent(name, parser.getText());
            }
        }

        private void pairs(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String key = parser.currentName();
                if (parser.nextToken() == JsonToken.VALUE_STRING && metadata.size() < Prompt.METADATA_PAIRS_MAX) {
                    metadata.putIfAbsent(key, parser.getText());
                }
                parser.skipChildren();
            }
        }

        Sender sender() {
            String id = found.containsKey("custom_id") ? found.get("custom_id") : found.get("id");
            String tenant = found.containsKey("tenant") ? found.get("tenant") : found.get("user");
            return new Sender(dialect(), id, found.get("job"), tenant, soundPairs(metadata));
        }

        private Dialect dialect() {
            if (!isOpenAiLine(found)) {
                return Dialect.PLAIN;
            }
            String url = found.getOrDefault("url", "");
            boolean completions = url.endsWith("/completions") && !url.endsWith("/chat/completions")
                    || !url.endsWith("/completions") && found.containsKey("prompt");
            return completions ? Dialect.OPENAI_COMPLETIONS : Dialect.OPENAI_CHAT;
        }

        private static boolean isOpenAiLine(Map<String, String> names) {
            return names.containsKey("custom_id")
                    || names.containsKey("body")
                    || names.containsKey("url")
                    || names.containsKey("method");
        }
    }

    /** The metadata that may travel on with a refusal. */
    static Map<String, String> soundPairs(Map<String, String> pairs) {
        return pairs.entrySet().stream()
                .filter(pair -> !pair.getKey().isEmpty()
                        && pair.getKey().length() <= Prompt.METADATA_KEY_CHARACTERS_MAX
                        && pair.getValue().length() <= Prompt.METADATA_VALUE_CHARACTERS_MAX
                        && isSound(pair.getKey())
                        && isSound(pair.getValue()))
                .limit(Prompt.METADATA_PAIRS_MAX)
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    /** False for half a surrogate pair, which JSON can escape and no text encoding can write. */
    static boolean isSound(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                return false;
            }
        }
        return true;
    }

    /** The text of a JSON string. */
    static String text(String field, JsonNode value) {
        if (!value.isTextual()) {
            throw Refusal.invalid(field, describe(value), "must be a string");
        }
        requireSound(field, value.textValue());
        return value.textValue();
    }

    static void requireSound(String field, String text) {
        if (!isSound(text)) {
            throw new Refusal(
                    ErrorCode.INVALID_VALUE,
                    field,
                    "field '%s' has half of a surrogate pair (such as \\ud83d alone), but it must be text"
                            .formatted(field));
        }
    }

    static double number(RequestField field, JsonNode value) {
        if (!value.isNumber()) {
            throw Refusal.invalid(field.key(), describe(value), "must be a number " + field.limits());
        }
        double number = value.doubleValue();
        if (Double.isInfinite(number)) {
            throw Refusal.invalid(field.key(), Refusal.shown(value.asText()), "must be " + field.limits());
        }
        return number;
    }

    static boolean flag(RequestField field, JsonNode value) {
        if (!value.isBoolean()) {
            throw Refusal.invalid(field.key(), describe(value), "must be " + field.limits());
        }
        return value.booleanValue();
    }

    static int integer(RequestField field, JsonNode value) {
        long whole = whole(field, value);
        if ((int) whole != whole) {
            throw Refusal.invalid(field.key(), value.asText(), "must be " + field.limits());
        }
        return (int) whole;
    }

    static long whole(RequestField field, JsonNode value) {
        if (!value.isIntegralNumber()) {
            String found = value.isNumber() ? Refusal.shown(value.asText()) : describe(value);
            throw Refusal.invalid(field.key(), found, "must be a whole number " + field.limits());
        }
        if (!value.canConvertToLong()) {
            throw Refusal.invalid(field.key(), Refusal.shown(value.asText()), "must be " + field.limits());
        }
        return value.longValue();
    }

    private static JsonMapper mapper() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(NESTING_LEVELS_MAX)
                        .maxNumberLength(NUMBER_CHARACTERS_MAX)
                        .maxNameLength(NAME_CHARACTERS_MAX)
                        // The record's own length is checked before: no string in it can be longer.
                        .maxStringLength(Integer.MAX_VALUE)
                        .build())
                .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                // Names come from outside: a table of all that were ever seen would only grow.
                .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                .build();
        return JsonMapper.builder(factory)
                .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                // Numbers stay as they were written, so that a message can quote them.
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .build();
    }
}

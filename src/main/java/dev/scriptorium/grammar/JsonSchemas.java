package dev.scriptorium.grammar;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.grammar.Rule.AnyOf;
import dev.scriptorium.grammar.Rule.Decimal;
import dev.scriptorium.grammar.Rule.Elements;
import dev.scriptorium.grammar.Rule.Literal;
import dev.scriptorium.grammar.Rule.Members;
import dev.scriptorium.grammar.Rule.Named;
import dev.scriptorium.grammar.Rule.Text;
import dev.scriptorium.grammar.Rule.Whole;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** JSON Schema to rules. Every keyword is enforced, known to say nothing about a document, or refused by name. */
final class JsonSchemas {
    static final List<String> SUPPORTED = List.of(
            "type",
            "properties",
            "required",
            "additionalProperties",
            "items",
            "prefixItems",
            "minItems",
            "maxItems",
            "enum",
            "const",
            "anyOf",
            "oneOf",
            "$ref",
            "$defs",
            "definitions",
            "minLength",
            "maxLength",
            "pattern",
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum");
    /** They tell people something and a document nothing. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "$schema",
            "$id",
            "$comment",
            "$defs",
            "definitions",
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly");

    private static final Set<String> TYPES =
            Set.of("string", "integer", "number", "boolean", "null", "object", "array");
    private static final List<String> EVERY_TYPE = List.of("string", "number", "boolean", "null", "object", "array");
    private static final int RULES_MAX = 4000;
    private static final int COUNT_MAX = 10_000;

    private final JsonNode root;
    private final Map<String, Named> named = new LinkedHashMap<>();
    private final List<Runnable> open = new ArrayList<>();
    private final PatternWork work = new PatternWork();
    private int rules;

    private JsonSchemas(JsonNode root) {
        this.root = root;
    }

    static Rule read(String schema) {
        JsonSchemas reader = new JsonSchemas(SchemaText.read(schema));
        Rule rule = reader.schema(reader.root, "#");
        while (!reader.open.isEmpty()) {
            reader.open.removeLast().run();
        }
        return rule;
    }

    private static UnsupportedSchemaException refuse(String at, String why) {
        return new UnsupportedSchemaException("%s: %s".formatted(at, why));
    }

    private Rule schema(JsonNode node, String at) {
        if (++rules > RULES_MAX) {
            throw refuse(at, "the schema has more than " + RULES_MAX + " parts");
        }
        if (node.isBoolean()) {
            if (!node.booleanValue()) {
                throw refuse(at, "false accepts nothing");
            }
            return AnyJson.value();
        }
        if (!node.isObject()) {
            throw refuse(at, "a schema must be an object, true or false, but this is " + node);
        }
        requireSupported(node, at);
        for (String whole : List.of("$ref", "anyOf", "oneOf", "enum", "const")) {
            if (node.has(whole)) {
                return whole(node, whole, at);
            }
        }
        List<Rule> alternatives = new ArrayList<>();
        for (String type : types(node, at)) {
            alternatives.add(ofType(type, node, at));
        }
        return alternatives.size() == 1 ? alternatives.getFirst() : new AnyOf(alternatives);
    }

    private static void requireSupported(JsonNode node, String at) {
        for (String keyword : (Iterable<String>) node::fieldNames) {
            if (!SUPPORTED.contains(keyword) && !ANNOTATIONS.contains(keyword)) {
                throw refuse(
                        at,
                        "keyword '%s' is not supported; supported are %s"
                                .formatted(keyword, String.join(", ", SUPPORTED)));
            }
        }
    }

    /** Keywords that say all about a value; beside them there may be annotations, and a type beside enum and const. */
    private Rule whole(JsonNode node, String keyword, String at) {
        boolean isValues = keyword.equals("enum") || keyword.equals("const");
        for (String other : (Iterable<String>) node::fieldNames) {
            boolean may = ANNOTATIONS.contains(other) || other.equals(keyword) || isValues && other.equals("type");
            if (!may) {
                throw refuse(at, "'%s' beside '%s' is not supported".formatted(other, keyword));
            }
        }
        JsonNode value = node.get(keyword);
        return switch (keyword) {
            case "$ref" -> reference(value, at);
            case "anyOf" -> new AnyOf(schemas(value, at + "/anyOf"));
            case "oneOf" -> {
                List<Rule> branches = schemas(value, at + "/oneOf");
                open.addFirst(() -> Exclusion.require(branches, at + "/oneOf"));
                yield new AnyOf(branches);
            }
            case "const" -> values(List.of(value), node, at);
            default -> {
                List<JsonNode> values = new ArrayList<>();
                requireList(value, at + "/enum").forEach(values::add);
                yield values(values, node, at);
            }
        };
    }

    private Rule reference(JsonNode value, String at) {
        String pointer = value.asText();
        if (!value.isTextual() || !pointer.startsWith("#")) {
            throw refuse(at, "$ref must point into this schema (#/$defs/…), but it is " + value);
        }
        String path = pointer.substring(1);
        JsonNode target = path.isEmpty() || path.startsWith("/") ? root.at(path) : root.path("\0");
        if (target.isMissingNode()) {
            throw refuse(at, "$ref '%s' points to nothing in this schema".formatted(pointer));
        }
        Named known = named.get(pointer);
        if (known != null) {
            return known;
        }
        Named rule = new Named(pointer);
        named.put(pointer, rule);
        open.add(() -> rule.define(schema(target, pointer)));
        return rule;
    }

    private List<Rule> schemas(JsonNode list, String at) {
        List<Rule> all = new ArrayList<>();
        for (JsonNode each : requireList(list, at)) {
            all.add(schema(each, at + "/" + all.size()));
        }
        return all;
    }

    private static JsonNode requireList(JsonNode list, String at) {
        if (!list.isArray() || list.isEmpty()) {
            throw refuse(at, "must be a list that is not empty, but it is " + list);
        }
        return list;
    }

    private Rule values(List<JsonNode> values, JsonNode node, String at) {
        Set<Rule> literals = new LinkedHashSet<>();
        List<String> types = types(node, at);
        for (JsonNode value : values) {
            if (types.stream().anyMatch(type -> isOf(type, value))) {
                literals.add(new Literal(SchemaText.latin1(value)));
            }
        }
        if (literals.isEmpty()) {
            throw refuse(at, "none of the values has the type, so nothing is accepted");
        }
        rules += literals.size();
        return literals.size() == 1 ? literals.iterator().next() : new AnyOf(List.copyOf(literals));
    }

    private static boolean isOf(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isTextual();
            case "integer" ->
                value.isIntegralNumber()
                        || value.isNumber()
                                && value.decimalValue().stripTrailingZeros().scale() <= 0;
            case "number" -> value.isNumber();
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "object" -> value.isObject();
            default -> value.isArray();
        };
    }

    private static List<String> types(JsonNode node, String at) {
        JsonNode type = node.get("type");
        if (type == null) {
            return EVERY_TYPE;
        }
        Set<String> names = new LinkedHashSet<>();
        if (type.isArray()) {
            requireList(type, at + "/type").forEach(each -> names.add(each.asText()));
        } else {
            names.add(type.asText());
        }
        for (String name : names) {
            if (!TYPES.contains(name)) {
                throw refuse(
                        at + "/type", "'%s' is no type; there are %s".formatted(name, String.join(", ", EVERY_TYPE)));
            }
        }
        if (names.contains("number")) {
            names.remove("integer");
        }
        return List.copyOf(names);
    }

    private Rule ofType(String type, JsonNode node, String at) {
        return switch (type) {
            case "string" -> text(node, at);
            case "integer" -> whole(node, at);
            case "number" -> decimal(node, at);
            case "boolean" -> AnyJson.BOOLEAN;
            case "null" -> AnyJson.NULL;
            case "object" -> members(node, at);
            default -> elements(node, at);
        };
    }

    private Rule text(JsonNode node, String at) {
        int least = count(node, "minLength", 0, at);
        int most = count(node, "maxLength", Text.UNBOUNDED, at);
        requireOrder("minLength", least, "maxLength", most, at);
        JsonNode pattern = node.get("pattern");
        if (pattern == null) {
            return new Text(least, most, Dfa.ANY);
        }
        if (!pattern.isTextual()) {
            throw refuse(at + "/pattern", "must be a string, but it is " + pattern);
        }
        if (node.has("minLength") || node.has("maxLength")) {
            throw refuse(
                    at, "'pattern' beside 'minLength' or 'maxLength' is not supported; say the length in the pattern");
        }
        try {
            return new Text(0, Text.UNBOUNDED, Patterns.compile(pattern.textValue(), work));
        } catch (UnsupportedSchemaException e) {
            throw new UnsupportedSchemaException(
                    "%s/pattern: the pattern '%s' %s".formatted(at, pattern.textValue(), e.getMessage()), e);
        }
    }

    private static int count(JsonNode node, String keyword, int fallback, String at) {
        JsonNode value = node.get(keyword);
        if (value == null) {
            return fallback;
        }
        BigDecimal number = value.isNumber() ? value.decimalValue() : BigDecimal.ONE.negate();
        boolean fits = number.signum() >= 0
                && number.compareTo(BigDecimal.valueOf(COUNT_MAX)) <= 0
                && number.stripTrailingZeros().scale() <= 0;
        if (!fits) {
            throw refuse(
                    at + "/" + keyword,
                    "must be a whole number from 0 to %d, but it is %s".formatted(COUNT_MAX, value));
        }
        return number.intValue();
    }

    private static void requireOrder(String low, long least, String high, long most, String at) {
        if (least > most) {
            throw refuse(at, "%s %d is more than %s %d, so nothing is accepted".formatted(low, least, high, most));
        }
    }

    private static Rule whole(JsonNode node, String at) {
        long least = -Whole.LIMIT;
        long most = Whole.LIMIT;
        for (String keyword : List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")) {
            JsonNode value = node.get(keyword);
            if (value == null) {
                continue;
            }
            if (!value.isNumber()) {
                throw refuse(at + "/" + keyword, "must be a number, but it is " + value);
            }
            boolean low = keyword.endsWith("inimum");
            boolean exclusive = keyword.startsWith("ex");
            BigDecimal bound = value.decimalValue().setScale(0, low ? RoundingMode.CEILING : RoundingMode.FLOOR);
            boolean onBound = bound.compareTo(value.decimalValue()) == 0;
            BigDecimal shifted =
                    exclusive && onBound ? bound.add(low ? BigDecimal.ONE : BigDecimal.ONE.negate()) : bound;
            if (shifted.abs().compareTo(BigDecimal.valueOf(Whole.LIMIT)) > 0) {
                boolean harmless = low == shifted.signum() < 0;
                if (harmless) {
                    continue;
                }
                throw refuse(at + "/" + keyword, "must be within 18 digits, but it is " + value);
            }
            least = low ? Math.max(least, shifted.longValueExact()) : least;
            most = low ? most : Math.min(most, shifted.longValueExact());
        }
        requireOrder("the least", least, "the most", most, at);
        return new Whole(least, most);
    }

    private static Rule decimal(JsonNode node, String at) {
        for (String keyword : List.of("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")) {
            if (node.has(keyword)) {
                throw refuse(at, "'%s' is supported for integers only; say \"type\": \"integer\"".formatted(keyword));
            }
        }
        return new Decimal(true);
    }

    private Rule members(JsonNode node, String at) {
        Set<String> required = new LinkedHashSet<>();
        JsonNode names = node.path("required");
        if (!names.isMissingNode() && !names.isArray()) {
            throw refuse(at + "/required", "must be a list of names, but it is " + names);
        }
        names.forEach(name -> required.add(name.asText()));
        JsonNode properties = node.path("properties");
        if (!properties.isMissingNode() && !properties.isObject()) {
            throw refuse(at + "/properties", "must be an object, but it is " + properties);
        }
        JsonNode additional = node.get("additionalProperties");
        boolean isFree = properties.isMissingNode() && additional == null;
        Rule rest = additional == null || additional.isBoolean()
                ? isFree || additional != null && additional.booleanValue() ? AnyJson.value() : null
                : schema(additional, at + "/additionalProperties");
        List<Members.Property> all = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry : properties.properties()) {
            boolean must = required.remove(entry.getKey());
            String place = at + "/properties/" + entry.getKey();
            if (entry.getValue().isBoolean() && !entry.getValue().booleanValue() && !must) {
                throw refuse(place, "false is not supported for a property; leave it out");
            }
            all.add(property(entry.getKey(), schema(entry.getValue(), place), must));
        }
        for (String name : required) {
            if (rest == null && additional != null) {
                throw refuse(at, "'%s' is required, but no property may have that name".formatted(name));
            }
            all.add(property(name, rest == null ? AnyJson.value() : rest, true));
        }
        return new Members(all, rest);
    }

    private static Members.Property property(String name, Rule rule, boolean required) {
        return new Members.Property(name, SchemaText.key(name), rule, required);
    }

    private Rule elements(JsonNode node, String at) {
        int least = count(node, "minItems", 0, at);
        int most = count(node, "maxItems", Text.UNBOUNDED, at);
        List<Rule> first = node.has("prefixItems") ? schemas(node.get("prefixItems"), at + "/prefixItems") : List.of();
        JsonNode items = node.get("items");
        if (items != null && items.isArray()) {
            throw refuse(at + "/items", "a list of schemas is not supported; say prefixItems");
        }
        boolean none = items != null && items.isBoolean() && !items.booleanValue();
        Rule rest = none ? null : items == null ? freeItems(first) : schema(items, at + "/items");
        if (rest == null) {
            most = Math.min(most, first.size());
        }
        requireOrder("minItems", least, "the number of items", most, at);
        return new Elements(first, rest, least, most);
    }

    /** Where nothing is said of items, there are those of prefixItems, or any. */
    private static @Nullable Rule freeItems(List<Rule> first) {
        return first.isEmpty() ? AnyJson.value() : null;
    }
}

package dev.scriptorium.grammar;

import dev.scriptorium.grammar.Rule.AnyOf;
import dev.scriptorium.grammar.Rule.Decimal;
import dev.scriptorium.grammar.Rule.Elements;
import dev.scriptorium.grammar.Rule.Literal;
import dev.scriptorium.grammar.Rule.Members;
import dev.scriptorium.grammar.Rule.Named;
import dev.scriptorium.grammar.Rule.Text;
import dev.scriptorium.grammar.Rule.Whole;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Avro schemas to rules for the JSON encoding: a record is an object with all its fields in order, a union is null or
 * an object whose one key is the branch, bytes are a string of code points up to 255.
 *
 * @see <a href="https://avro.apache.org/docs/1.12.0/specification/#json-encoding">Avro 1.12, JSON encoding</a>
 */
final class AvroSchemas {
    private static final CodePoints BYTES = CodePoints.of(0, 0xff);
    private static final long DAY_MILLIS = 86_400_000L;
    /** Integers whose every value means something. */
    private static final Set<String> MOMENTS = Set.of(
            "date",
            "timestamp-millis",
            "timestamp-micros",
            "timestamp-nanos",
            "local-timestamp-millis",
            "local-timestamp-micros",
            "local-timestamp-nanos");

    private final Map<String, Named> records = new HashMap<>();

    private AvroSchemas() {}

    static Rule read(String schema) {
        Schema parsed;
        try {
            parsed = new Schema.Parser().parse(schema);
        } catch (RuntimeException e) {
            // Avro gives a type that is missing a name of its own, with a number that is another each time.
            String words = String.valueOf(e.getMessage());
            String reason = words.contains("UnresolvedSchema") ? "it names a type that it does not define" : words;
            throw new UnsupportedSchemaException("the Avro schema is wrong: " + reason, e);
        }
        return new AvroSchemas().rule(parsed);
    }

    private Rule rule(Schema schema) {
        String logical = schema.getProp("logicalType");
        if (logical != null) {
            return logical(schema, logical);
        }
        return switch (schema.getType()) {
            case NULL -> AnyJson.NULL;
            case BOOLEAN -> AnyJson.BOOLEAN;
            case INT -> new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> new Whole(-Whole.LIMIT, Whole.LIMIT);
            case FLOAT -> new Decimal(false);
            case DOUBLE -> new Decimal(true);
            case STRING -> AnyJson.STRING;
            case BYTES -> new Text(0, Text.UNBOUNDED, Dfa.anyOf(BYTES));
            case FIXED -> new Text(schema.getFixedSize(), schema.getFixedSize(), Dfa.anyOf(BYTES));
            case ENUM ->
                new AnyOf(schema.getEnumSymbols().stream()
                        .map(symbol -> (Rule) new Literal("\"" + SchemaText.latin1(symbol) + "\""))
                        .toList());
            case ARRAY -> new Elements(List.of(), rule(schema.getElementType()), 0, Text.UNBOUNDED);
            case MAP -> new Members(List.of(), rule(schema.getValueType()));
            case UNION -> union(schema);
            case RECORD -> record(schema);
        };
    }

    private static Rule logical(Schema schema, String logical) {
        Schema.Type type = schema.getType();
        boolean number = type == Schema.Type.INT || type == Schema.Type.LONG;
        if (number && MOMENTS.contains(logical)) {
            return type == Schema.Type.INT
                    ? new Whole(Integer.MIN_VALUE, Integer.MAX_VALUE)
                    : new Whole(-Whole.LIMIT, Whole.LIMIT);
        }
        if (number && logical.equals("time-millis")) {
            return new Whole(0, DAY_MILLIS - 1);
        }
        if (number && logical.equals("time-micros")) {
            return new Whole(0, DAY_MILLIS * 1000 - 1);
        }
        throw new UnsupportedSchemaException(
                "the logical type '%s' of %s is not supported; supported are %s, time-millis and time-micros"
                        .formatted(
                                logical,
                                type.getName(),
                                String.join(", ", MOMENTS.stream().sorted().toList())));
    }

    private Rule union(Schema schema) {
        List<Rule> branches = new ArrayList<>();
        for (Schema branch : schema.getTypes()) {
            branches.add(
                    branch.getType() == Schema.Type.NULL
                            ? AnyJson.NULL
                            : new Members(List.of(field(branch.getFullName(), rule(branch))), null));
        }
        if (branches.isEmpty()) {
            throw new UnsupportedSchemaException("a union without branches has no datum");
        }
        return new AnyOf(branches);
    }

    private Rule record(Schema schema) {
        @Nullable Named known = records.get(schema.getFullName());
        if (known != null) {
            return known;
        }
        Named rule = new Named(schema.getFullName());
        records.put(schema.getFullName(), rule);
        List<Members.Property> fields = new ArrayList<>();
        for (Schema.Field field : schema.getFields()) {
            fields.add(field(field.name(), rule(field.schema())));
        }
        rule.define(new Members(fields, null));
        return rule;
    }

    private static Members.Property field(String name, Rule rule) {
        return new Members.Property(name, SchemaText.key(name), rule, true);
    }
}

package dev.scriptorium.grammar;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;

/** Schemas of all supported keywords, small enough for a document of some hundred bytes. */
final class RandomSchemas {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> NAMES = List.of("a", "b", "name", "é", "\"", "long name", "\\", "🐈", "a\nb");
    private static final List<String> PATTERNS = List.of(
            "^[a-z]{2,5}$",
            "^(foo|ba[rz])+$",
            "^\\d{3}-\\d{4}$",
            "x",
            "^[^a-z\\s]*$",
            "^\\S+@\\w+$",
            "^a|b$",
            "^(?:é|🐈){1,3}$",
            "^.$",
            "^[\\x20-\\x7e]{0,4}$",
            "^\"\\\\\\n$",
            "[\\u00e0-\\u00ff]$",
            "^\\W?\\D*$");

    private final Random random;
    private int names;

    RandomSchemas(Random random) {
        this.random = random;
    }

    ObjectNode json() {
        ObjectNode root = schema(3);
        ObjectNode defs = JSON.createObjectNode();
        ObjectNode list = JSON.createObjectNode().put("type", "object");
        list.putObject("properties").putObject("value").put("type", "integer");
        ((ObjectNode) list.get("properties")).set("next", anyOf(reference("list"), type("null")));
        list.putArray("required").add("value").add("next");
        defs.set("list", list);
        defs.set("leaf", schema(0));
        root.set("$defs", defs);
        return root;
    }

    private static ObjectNode type(String name) {
        return JSON.createObjectNode().put("type", name);
    }

    private static ObjectNode reference(String name) {
        return JSON.createObjectNode().put("$ref", "#/$defs/" + name);
    }

    private static ObjectNode anyOf(ObjectNode... branches) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode list = node.putArray("anyOf");
        for (ObjectNode branch : branches) {
            list.add(branch);
        }
        return node;
    }

    private ObjectNode schema(int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 7)) {
            case 0 -> text();
            case 1 -> integer();
            case 2 -> type(random.nextBoolean() ? "number" : "boolean").put("title", "x");
            case 3 -> type("null");
            case 4 -> values();
            case 5 -> type("string").put("pattern", PATTERNS.get(random.nextInt(PATTERNS.size())));
            case 6 -> random.nextInt(4) == 0 && depth > 0 ? reference("list") : constant();
            case 7, 8, 9 -> object(depth - 1);
            case 10, 11 -> array(depth - 1);
            case 12 -> anyOf(schema(depth - 1), schema(depth - 1));
            default -> exclusive(depth - 1);
        };
    }

    private ObjectNode text() {
        ObjectNode node = JSON.createObjectNode();
        if (random.nextBoolean()) {
            node.putArray("type").add("string").add("null");
        } else {
            node.put("type", "string");
        }
        int least = random.nextInt(4);
        if (random.nextBoolean()) {
            node.put("minLength", least);
        }
        return random.nextBoolean() ? node.put("maxLength", least + random.nextInt(6)) : node;
    }

    private ObjectNode integer() {
        ObjectNode node = type("integer");
        long least = random.nextLong(-1_000_000, 1_000_000) / (1 + random.nextInt(1000));
        if (random.nextBoolean()) {
            node.put(random.nextBoolean() ? "minimum" : "exclusiveMinimum", least);
        }
        if (random.nextBoolean()) {
            long most = least + 2 + random.nextInt(random.nextBoolean() ? 3 : 100_000);
            node.put(random.nextBoolean() ? "maximum" : "exclusiveMaximum", most + (random.nextInt(3) == 0 ? 0.5 : 0));
        }
        return node;
    }

    private ObjectNode values() {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode values = node.putArray("enum");
        values.add("red").add("re").add(1).add(12).add(-0.5).add(true).addNull().add("é\"");
        values.addObject().put("a", 1);
        values.addArray().add(2).add("x");
        if (random.nextBoolean()) {
            node.put("type", "string");
        }
        return node;
    }

    private ObjectNode constant() {
        return JSON.createObjectNode().put("const", "c" + random.nextInt(3));
    }

    private ObjectNode object(int depth) {
        ObjectNode node = type("object");
        ObjectNode properties = node.putObject("properties");
        ArrayNode required = node.putArray("required");
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            String name = NAMES.get(random.nextInt(NAMES.size()));
            properties.set(name, schema(depth));
            if (random.nextBoolean()) {
                required.removeAll();
                properties.fieldNames().forEachRemaining(each -> {
                    if (each.hashCode() % 3 != 0) {
                        required.add(each);
                    }
                });
            }
        }
        switch (random.nextInt(4)) {
            case 0 -> node.put("additionalProperties", false);
            case 1 -> node.set("additionalProperties", schema(0));
            case 2 -> node.put("additionalProperties", true);
            default -> node.put("description", "open");
        }
        return node;
    }

    private ObjectNode array(int depth) {
        ObjectNode node = type("array");
        int first = 0;
        if (random.nextBoolean()) {
            ArrayNode prefix = node.putArray("prefixItems");
            first = 1 + random.nextInt(2);
            for (int i = 0; i < first; i++) {
                prefix.add(schema(depth));
            }
        }
        if (random.nextBoolean()) {
            node.set("items", schema(depth));
            node.put("minItems", random.nextInt(3));
            node.put("maxItems", 2 + random.nextInt(3));
        } else if (first > 0) {
            node.put("items", false);
        }
        return node;
    }

    private ObjectNode exclusive(int depth) {
        ObjectNode node = JSON.createObjectNode();
        ArrayNode branches = node.putArray("oneOf");
        for (String kind : List.of("x", "y")) {
            ObjectNode branch = type("object");
            ObjectNode properties = branch.putObject("properties");
            properties.putObject("kind").put("const", kind);
            properties.set("value", schema(depth));
            branch.putArray("required").add("kind");
            branch.put("additionalProperties", false);
            branches.add(branch);
        }
        branches.add(type("string"));
        branches.add(type("integer"));
        return node;
    }

    /** An Avro record with a part for every type. */
    Schema avro() {
        return avroRecord(2);
    }

    private Schema avroRecord(int depth) {
        String name = "R" + names++;
        SchemaBuilder.FieldAssembler<Schema> fields =
                SchemaBuilder.record(name).namespace("test").fields();
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            fields.name("f" + i).type(avroType(depth)).noDefault();
        }
        if (random.nextInt(4) == 0) {
            fields.name("next")
                    .type()
                    .unionOf()
                    .nullType()
                    .and()
                    .type("test." + name)
                    .endUnion()
                    .noDefault();
        }
        return fields.endRecord();
    }

    private Schema avroType(int depth) {
        return switch (random.nextInt(depth > 0 ? 14 : 10)) {
            case 0 -> Schema.create(Schema.Type.NULL);
            case 1 -> Schema.create(Schema.Type.BOOLEAN);
            case 2 -> Schema.create(Schema.Type.INT);
            case 3 -> Schema.create(Schema.Type.LONG);
            case 4 -> Schema.create(Schema.Type.FLOAT);
            case 5 -> Schema.create(Schema.Type.DOUBLE);
            case 6 -> Schema.create(Schema.Type.BYTES);
            case 7 -> Schema.create(Schema.Type.STRING);
            case 8 -> Schema.createFixed("F" + names++, null, "test", random.nextInt(5));
            case 9 -> Schema.createEnum("E" + names++, null, "test", List.of("A", "AB", "B"));
            case 10 -> Schema.createArray(avroType(depth - 1));
            case 11 -> Schema.createMap(avroType(depth - 1));
            case 12 ->
                Schema.createUnion(
                        Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.STRING), avroRecord(depth - 1));
            default -> avroRecord(depth - 1);
        };
    }
}

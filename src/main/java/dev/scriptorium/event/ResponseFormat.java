package dev.scriptorium.event;

/** What form the generated text must have. Whatever is asked for is enforced while the text is written. */
public sealed interface ResponseFormat {
    int SCHEMA_CHARACTERS_MAX = 1 << 16;
    int NAME_CHARACTERS_MAX = 64;

    /** Any text at all: what holds when nobody says anything. */
    ResponseFormat TEXT = new Text();

    /** As requests spell it in {@code response_format.type}. */
    String type();

    /** Any text. */
    record Text() implements ResponseFormat {
        @Override
        public String type() {
            return "text";
        }
    }

    /** Any JSON object. */
    record JsonObject() implements ResponseFormat {
        @Override
        public String type() {
            return "json_object";
        }
    }

    /**
     * JSON that a schema accepts.
     *
     * @param name the user's own for the schema, 1 to 64 characters
     * @param schema JSON Schema as JSON text, 1 to 65536 characters
     */
    record JsonSchema(String name, String schema) implements ResponseFormat {
        public JsonSchema {
            if (name.isEmpty() || name.length() > NAME_CHARACTERS_MAX) {
                throw new InvalidFieldException("response_format.json_schema.name", name, "must be 1 to 64 characters");
            }
            requireLength("response_format.json_schema.schema", schema);
        }

        @Override
        public String type() {
            return "json_schema";
        }
    }

    /**
     * The JSON encoding of one datum of an Avro schema.
     *
     * @param schema Avro schema as JSON text, 1 to 65536 characters
     */
    record AvroSchema(String schema) implements ResponseFormat {
        public AvroSchema {
            requireLength("response_format.avro_schema", schema);
        }

        @Override
        public String type() {
            return "avro_schema";
        }
    }

    private static void requireLength(String field, String schema) {
        if (schema.isEmpty() || schema.length() > SCHEMA_CHARACTERS_MAX) {
            throw new InvalidFieldException(
                    field, schema.length() + " characters", "must be 1 to " + SCHEMA_CHARACTERS_MAX + " characters");
        }
    }
}

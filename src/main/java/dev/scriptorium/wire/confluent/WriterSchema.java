package dev.scriptorium.wire.confluent;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;

/** What wrote a value: a schema of a registry that can be read as a prompt, or as its key. */
public sealed interface WriterSchema {
    /** The schema that prompts are read by: {@code schemas/prompt.avsc}. */
    Schema PROMPT = ours("prompt");

    /** @param reader from the writer's schema to ours, by Avro's rules of resolution */
    record Avro(Schema writer, GenericDatumReader<GenericRecord> reader) implements WriterSchema {}

    /** A JSON schema: its values are JSON after the five bytes, and are read as any other JSON. */
    record Json() implements WriterSchema {}

    /** Avro's string, which is a key's and no value's. */
    record Text() implements WriterSchema {}

    /**
     * Judges a schema once, so that values need not be.
     *
     * @param type as the registry calls it: {@code AVRO}, {@code JSON} or {@code PROTOBUF}
     * @param text the schema itself
     * @param referenced Avro schemas that it refers to by name, each after those that it refers to itself
     */
    static WriterSchemas.Lookup judge(String type, String text, List<String> referenced) {
        return switch (type) {
            case "AVRO" -> avro(text, referenced);
            case "JSON" -> new WriterSchemas.Lookup.Known(new Json());
            default -> new WriterSchemas.Lookup.Unknown("it is of type " + type + ", but it must be AVRO or JSON");
        };
    }

    private static WriterSchemas.Lookup avro(String text, List<String> referenced) {
        Schema writer;
        try {
            // A default that is of a type referred to would be judged before that type is looked up; a writer's
            // defaults are never used.
            Schema.Parser parser = new Schema.Parser().setValidateDefaults(false);
            referenced.forEach(parser::parse);
            writer = parser.parse(text);
        } catch (AvroRuntimeException | StackOverflowError e) {
            return new WriterSchemas.Lookup.Unknown("it is no valid Avro schema: " + e.getMessage());
        }
        if (writer.getType() == Schema.Type.STRING) {
            return new WriterSchemas.Lookup.Known(new Text());
        }
        if (writer.getType() != Schema.Type.RECORD || !writer.getFullName().equals(PROMPT.getFullName())) {
            String found = writer.getType() == Schema.Type.RECORD
                    ? writer.getFullName()
                    : writer.getType().getName();
            return new WriterSchemas.Lookup.Unknown(
                    "it is of a %s, but only a %s belongs here".formatted(found, PROMPT.getFullName()));
        }
        var compatibility = SchemaCompatibility.checkReaderWriterCompatibility(PROMPT, writer);
        if (compatibility.getType() != SchemaCompatibilityType.COMPATIBLE) {
            String why = compatibility.getResult().getIncompatibilities().stream()
                    .map(each -> each.getType() + " at " + each.getLocation() + " (" + each.getMessage() + ")")
                    .collect(Collectors.joining("; "));
            return new WriterSchemas.Lookup.Unknown("it cannot be read as schemas/prompt.avsc: " + why);
        }
        return new WriterSchemas.Lookup.Known(new Avro(writer, new GenericDatumReader<>(writer, PROMPT)));
    }

    /** The last of the schemas in {@code schemas/} with these names, each after those whose types it names. */
    static Schema ours(String... names) {
        Schema.Parser parser = new Schema.Parser();
        return Stream.of(names)
                .map(name -> ours(parser, "schemas/" + name + ".avsc"))
                .toList()
                .getLast();
    }

    private static Schema ours(Schema.Parser parser, String file) {
        try (InputStream in = WriterSchema.class.getResourceAsStream("/" + file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not in this program");
            }
            return parser.parse(in);
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be read", e);
        }
    }
}

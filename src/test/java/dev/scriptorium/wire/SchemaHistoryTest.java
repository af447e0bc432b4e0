package dev.scriptorium.wire;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.SchemaParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The files under {@code schemas/} against the files under {@code schemas/history/}: what was released stays readable,
 * both ways. {@code -Dgolden.update=true} writes a changed schema down as the next version.
 */
class SchemaHistoryTest {
    private static final Path SCHEMAS = Path.of("schemas");
    private static final Path HISTORY = SCHEMAS.resolve("history");
    private static final Pattern UNIT = Pattern.compile(
            "(?i)tokens?\\b|microseconds|number without unit|share of|factor|units of the logit|counted|number of");
    private static final Pattern NUMBER = Pattern.compile(".*(INT|LONG|FLOAT|DOUBLE).*");

    static Stream<String> names() {
        return SingleObject.SchemaHistory.CURRENT.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("names")
    void schemaIsWrittenDownAsItsNewestVersion(String name) throws IOException {
        // Given
        Schema current = requireNonNull(parsedFiles().get(inUse(name).getFullName()));
        List<Schema> versions = versionFiles(name);
        Path next = HISTORY.resolve(name + ".v" + (versions.size() + 1) + ".avsc");

        // When
        boolean isNewest = !versions.isEmpty() && versions.getLast().equals(current);

        // Then
        if (!isNewest && Boolean.getBoolean("golden.update")) {
            Files.createDirectories(HISTORY);
            Files.writeString(next, SchemaFormatter.format("json/pretty", current) + "\n");
            return;
        }
        assertThat(isNewest)
                .as(
                        "schemas/%s.avsc, or a schema it refers to, is not what version %d in %s says. A released"
                                + " schema never changes: write it down as %s with: mvn test -Dgolden.update=true",
                        name, versions.size(), HISTORY, next)
                .isTrue();
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyVersionReadsWhatEveryOtherWrote(String name) {
        // Given
        List<Schema> all = new ArrayList<>(versions(name));
        all.add(inUse(name));

        // When
        List<String> conflicts = new ArrayList<>();
        for (Schema reader : all) {
            for (Schema writer : all) {
                var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer);
                if (result.getType() != SchemaCompatibilityType.COMPATIBLE) {
                    conflicts.add("version %d cannot read version %d: %s"
                            .formatted(all.indexOf(reader) + 1, all.indexOf(writer) + 1, result.getDescription()));
                }
            }
        }

        // Then
        assertThat(conflicts).as(name).isEmpty();
    }

    @Test
    void everyVersionIsOnTheClassPathWithoutAGap() throws IOException {
        // Given
        List<String> files = new ArrayList<>();
        try (Stream<Path> folder = Files.list(HISTORY)) {
            folder.map(file -> file.getFileName().toString()).sorted().forEach(files::add);
        }

        // When
        List<String> found = new ArrayList<>();
        names().forEach(name -> {
            for (int version = 1; version <= versions(name).size(); version++) {
                found.add(name + ".v" + version + ".avsc");
            }
        });

        // Then
        assertThat(found).containsExactlyInAnyOrderElementsOf(files);
    }

    @Test
    void everySchemaFileButTheSharedEnumHasAHistory() throws IOException {
        // Given
        Set<String> files = new HashSet<>();
        try (Stream<Path> folder = Files.list(SCHEMAS)) {
            folder.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".avsc"))
                    .forEach(file -> files.add(file.replace(".avsc", "")));
        }

        // When
        files.remove("dialect");

        // Then
        assertThat(files).containsExactlyInAnyOrderElementsOf(names().toList());
    }

    @Test
    void everyFieldIsDocumentedAndEveryNumberHasAUnit() throws IOException {
        // Given
        List<String> problems = new ArrayList<>();

        // When
        parsedFiles().values().forEach(schema -> inspect(schema, problems));

        // Then
        assertThat(problems).isEmpty();
    }

    private static void inspect(Schema schema, List<String> problems) {
        if (schema.getDoc() == null || schema.getDoc().length() < 20) {
            problems.add(schema.getFullName() + ": has no documentation");
        }
        if (schema.getType() == Schema.Type.ENUM && schema.getEnumDefault() == null) {
            problems.add(schema.getFullName() + ": has no default, so no symbol can ever be added");
        }
        if (schema.getType() != Schema.Type.RECORD) {
            return;
        }
        for (Schema.Field field : schema.getFields()) {
            String place = schema.getName() + "." + field.name();
            String doc = field.doc() == null ? "" : field.doc();
            if (doc.length() < 15) {
                problems.add(place + ": has no documentation");
            }
            if (isNumber(field.schema()) && !UNIT.matcher(doc).find()) {
                problems.add(place + ": is a number without a unit: " + doc);
            }
            if (field.hasDefaultValue() && !doc.contains("Default")) {
                problems.add(place + ": does not say what its default means");
            }
        }
    }

    private static boolean isNumber(Schema schema) {
        return schema.isUnion()
                ? schema.getTypes().stream().anyMatch(SchemaHistoryTest::isNumber)
                : NUMBER.matcher(schema.getType().name()).matches();
    }

    private static Schema inUse(String name) {
        return requireNonNull(SingleObject.SchemaHistory.CURRENT.get(name));
    }

    private static List<Schema> versions(String name) {
        return SingleObject.SchemaHistory.released(name);
    }

    private static List<Schema> versionFiles(String name) throws IOException {
        List<Schema> versions = new ArrayList<>();
        for (int version = 1; Files.exists(HISTORY.resolve(name + ".v" + version + ".avsc")); version++) {
            versions.add(new SchemaParser()
                    .parse(HISTORY.resolve(name + ".v" + version + ".avsc"))
                    .mainSchema());
        }
        return versions;
    }

    /** The schemas as their files say them, by full name, nested ones included. */
    private static Map<String, Schema> parsedFiles() throws IOException {
        SchemaParser parser = new SchemaParser();
        try (Stream<Path> files = Files.list(SCHEMAS)) {
            files.filter(file -> file.toString().endsWith(".avsc")).sorted().forEach(file -> {
                try {
                    parser.parse(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        Map<String, Schema> schemas = new TreeMap<>();
        parser.getParsedNamedSchemas().forEach(schema -> schemas.put(schema.getFullName(), schema));
        return schemas;
    }
}

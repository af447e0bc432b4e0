package dev.scriptorium.registry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.wire.confluent.WriterSchema;
import dev.scriptorium.wire.confluent.WriterSchemas.Lookup;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the client makes of a registry's answers, and of none. */
class SchemaRegistryTest {
    private static final String PROMPT_NAME = "\"name\":\"PromptEvent\",\"namespace\":\"dev.scriptorium.wire.avro\"";

    private final FakeRegistry served = FakeRegistry.start();
    private final SchemaRegistry registry = open(served.url());

    SchemaRegistryTest() throws IOException {}

    private static SchemaRegistry open(URI url) {
        return SchemaRegistry.start(
                new RegistrySettings(url, "reader", "secret", Duration.ofSeconds(10), Duration.ofMillis(5)));
    }

    @AfterEach
    void close() {
        registry.close();
        served.close();
    }

    /** What the registry says in the end; the test's own time limit is for one that says nothing. */
    private static Lookup settled(SchemaRegistry registry, int id) {
        long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Lookup found = registry.find(id);
        while (found instanceof Lookup.Pending && System.nanoTime() < end) {
            LockSupport.parkNanos(1_000_000);
            found = registry.find(id);
        }
        return found;
    }

    private static String reason(Lookup found) {
        return switch (found) {
            case Lookup.Known known -> known.toString();
            case Lookup.Unknown(var reason) -> reason;
            case Lookup.Pending(var reason) -> reason;
        };
    }

    @Test
    void findsASchemaOnceAndThenFromMemory() throws IOException {
        // Given
        int id = served.add("AVRO", Files.readString(Path.of("schemas/prompt.avsc")));

        // When
        Lookup first = settled(registry, id);
        Lookup second = registry.find(id);

        // Then
        assertThat(first).isInstanceOf(Lookup.Known.class);
        assertThat(second).isEqualTo(first);
        assertThat(served.asked()).containsExactly("GET /apis/ccompat/v7/schemas/ids/" + id);
    }

    @Test
    void everyReleasedSchemaOfPromptsIsReadable() throws IOException {
        // Given
        List<Path> released;
        try (var files = Files.list(Path.of("schemas/history"))) {
            released = files.filter(file -> file.getFileName().toString().startsWith("prompt."))
                    .toList();
        }

        // When
        List<Lookup> found = released.stream()
                .map(file -> {
                    try {
                        return settled(registry, served.add("AVRO", Files.readString(file)));
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        // Then
        assertThat(found)
                .hasSizeGreaterThan(1)
                .allSatisfy(each -> assertThat(each).isInstanceOf(Lookup.Known.class));
    }

    @Test
    void followsReferencesAndTellsAMissingOne() {
        // Given
        served.add("priorities", "AVRO", """
            {"type":"enum","name":"PriorityName","namespace":"dev.scriptorium.wire.avro",
             "symbols":["INTERACTIVE","BULK"]}
            """, List.of());
        String prompt =
                "{\"type\":\"record\"," + PROMPT_NAME + ",\"fields\":[{\"name\":\"prompt\",\"type\":\"string\"},"
                        + "{\"name\":\"priority\",\"type\":\"PriorityName\"}]}";
        int whole = served.add("whole", "AVRO", prompt, List.of(List.of("PriorityName", "priorities")));
        int broken = served.add("broken", "AVRO", prompt, List.of(List.of("PriorityName", "nothing")));

        // When
        Lookup found = settled(registry, whole);
        Lookup missing = settled(registry, broken);

        // Then
        assertThat(found).as(reason(found)).isInstanceOf(Lookup.Known.class);
        assertThat(reason(missing))
                .isEqualTo("it refers to version 1 of subject 'nothing', which the registry does not have");
    }

    @Test
    void saysWhyASchemaCannotBeAPrompts() {
        // Given
        int other = served.add("AVRO", "{\"type\":\"record\",\"name\":\"Order\",\"namespace\":\"shop\",\"fields\":[]}");
        int wrong = served.add(
                "AVRO",
                "{\"type\":\"record\"," + PROMPT_NAME + ",\"fields\":[{\"name\":\"prompt\",\"type\":\"long\"}]}");
        int text = served.add("AVRO", "{\"type\":\"recrd\"}");
        int proto = served.add("PROTOBUF", "syntax = \"proto3\";");
        int json = served.add("JSON", "{}");

        // When
        List<String> said = List.of(other, wrong, text, proto, 99).stream()
                .map(id -> reason(settled(registry, id)))
                .toList();

        // Then
        assertThat(said.get(0))
                .isEqualTo("it is of a shop.Order, but only a dev.scriptorium.wire.avro.PromptEvent belongs here");
        assertThat(said.get(1))
                .startsWith("it cannot be read as schemas/prompt.avsc: ")
                .contains("/fields/", "LONG");
        assertThat(said.get(2)).startsWith("it is no valid Avro schema: ");
        assertThat(said.get(3)).isEqualTo("it is of type PROTOBUF, but it must be AVRO or JSON");
        assertThat(said.get(4)).isEqualTo("the registry at " + served.url() + " has no schema with that id");
        assertThat(settled(registry, json)).isEqualTo(new Lookup.Known(new WriterSchema.Json()));
    }

    @Test
    void asksAgainUntilTheRegistryAnswers() {
        // Given
        int id = served.add("JSON", "{}");
        served.failWith(503);
        registry.find(id);
        while (served.asked().size() < 3) {
            LockSupport.parkNanos(1_000_000);
        }
        Lookup meanwhile = registry.find(id);

        // When
        served.failWith(0);

        // Then
        assertThat(reason(meanwhile)).isEqualTo("the registry at " + served.url() + " answers 503");
        assertThat(settled(registry, id)).isInstanceOf(Lookup.Known.class);
    }

    @Test
    void aWrongPathIsNoMissingSchema() {
        // Given
        URI wrong = served.url().resolve("/api");

        // When
        String said;
        try (SchemaRegistry lost = open(wrong)) {
            said = reason(lost.find(1));
            while (said.contains("has not answered yet")) {
                LockSupport.parkNanos(1_000_000);
                said = reason(lost.find(1));
            }
        }

        // Then
        assertThat(said).contains("answers 404 without Confluent's error_code; is registry.url right?");
    }

    @Test
    void aRegistryThatIsNotThereIsAskedAndNobodyWaits() {
        // Given
        served.close();

        // When
        long begin = System.nanoTime();
        Lookup found = registry.find(1);
        long nanos = System.nanoTime() - begin;

        // Then
        assertThat(found).isInstanceOf(Lookup.Pending.class);
        assertThat(nanos).isLessThan(Duration.ofMillis(500).toNanos());
    }
}

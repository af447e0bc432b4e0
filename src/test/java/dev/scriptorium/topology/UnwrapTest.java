package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Input;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.registry.FakeRegistry;
import dev.scriptorium.registry.RegistrySettings;
import dev.scriptorium.registry.SchemaRegistry;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.Registered;
import dev.scriptorium.wire.confluent.WriterSchema;
import dev.scriptorium.wire.confluent.WriterSchemas;
import io.apicurio.registry.serde.avro.AvroKafkaSerializer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Prompts in Confluent's wire format, with a registry that knows their schemas, or not yet, or never. */
class UnwrapTest {
    private static final String REGISTRY = """
        models: {tiny: {path: models/tiny}}
        lanes: {only: {}}
        routes: [{name: all, to: only}]
        registry: {url: 'http://registry:8080/apis/ccompat/v7', wait_max: 10m}
        """;
    private static final String TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    private static final byte[] PLAIN = bytes("{\"prompt\":\"Once\"}");

    private final Map<Integer, WriterSchemas.Lookup> known = new ConcurrentHashMap<>();
    private final WriterSchemas schemas =
            id -> known.getOrDefault(id, new WriterSchemas.Lookup.Pending("the registry at X answers 503"));
    private RouterBench router = new RouterBench(Pipelines.read(REGISTRY), new Registered(schemas, AnswerFrame.NONE));

    @AfterEach
    void close() {
        router.close();
    }

    private static byte[] wrapped(int id, byte[] body) {
        return ByteBuffer.allocate(5 + body.length)
                .put((byte) 0)
                .putInt(id)
                .put(body)
                .array();
    }

    private static byte[] avro(Schema schema, String id) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        new GenericDatumWriter<GenericRecord>(schema).write(prompt(schema, id), encoder);
        encoder.flush();
        return bytes.toByteArray();
    }

    private static GenericRecord prompt(Schema schema, String id) {
        return new GenericRecordBuilder(schema)
                .set("id", id)
                .set("prompt", "Once upon a time")
                .build();
    }

    private void isJson(int id) {
        known.put(id, new WriterSchemas.Lookup.Known(new WriterSchema.Json()));
    }

    @Test
    void avroOfAnOlderSchemaAndJsonGoTheirWay() throws IOException {
        // Given
        String first = Files.readString(Path.of("schemas/history/prompt.v1.avsc"));
        known.put(7, WriterSchema.judge("AVRO", first, List.of()));
        isJson(8);

        // When
        router.prompt("a", wrapped(7, avro(new Schema.Parser().parse(first), "old")), Map.of(), START);
        router.prompt("b", wrapped(8, PLAIN), Map.of(), START);
        router.prompt("c", PLAIN, Map.of(), START);

        // Then
        assertThat(router.assignments("lanes.only"))
                .extracting(each -> each.prompt().request().id())
                .containsExactly("old", "b", "c");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void aRecordWhoseSchemaIsNotKnownYetWaitsAndTheOthersDoNot() {
        // Given
        router.prompt("late", wrapped(7, PLAIN), Map.of("scriptorium-job", "stories", "traceparent", TRACE), START);
        router.prompt("prompt", PLAIN, Map.of(), START);
        List<String> before = ids();

        // When
        isJson(7);
        router.pass(Duration.ofSeconds(2));

        // Then
        assertThat(before).containsExactly("default/prompt");
        assertThat(router.assignments("lanes.only")).singleElement().satisfies(each -> {
            assertThat(each.prompt().request().key()).isEqualTo("stories/late");
            assertThat(each.sentAt()).isEqualTo(START);
            assertThat(each.headers()).containsEntry("traceparent", TRACE);
        });
        assertThat(router.size(Names.AWAITING_SCHEMA_STORE)).isZero();
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void aKeyOfARegisteredStringIsTheIdAndWaitsForItsSchemaToo() {
        // Given
        isJson(8);
        byte[] key = wrapped(7, new byte[] {4, '1', '7'});
        router.hostilePrompt(key, PLAIN, Map.of());
        router.hostilePrompt(wrapped(7, new byte[] {4, '1', '8'}), wrapped(8, PLAIN), Map.of());
        List<String> before = ids();

        // When
        known.put(7, WriterSchema.judge("AVRO", "\"string\"", List.of()));
        router.pass(Duration.ofSeconds(2));

        // Then
        assertThat(before).isEmpty();
        assertThat(ids()).containsExactly("default/17", "default/18");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void aKeyThatCannotBeReadDoesNotHarmAValueThatNamesItsId() {
        // Given
        known.put(7, WriterSchema.judge("AVRO", "\"string\"", List.of()));
        byte[] damaged = wrapped(7, new byte[] {100, '1'});

        // When
        router.hostilePrompt(damaged, bytes("{\"id\":\"17\",\"prompt\":\"Once\"}"), Map.of());

        // Then
        assertThat(ids()).containsExactly("default/17");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void aStringIsNoPrompt() {
        // Given
        known.put(7, WriterSchema.judge("AVRO", "\"string\"", List.of()));

        // When
        router.prompt("a", wrapped(7, new byte[] {2, 'x'}), Map.of(), START);

        // Then
        assertThat(router.on("rejections"))
                .singleElement()
                .satisfies(each -> assertThat(new String(each.value(), StandardCharsets.ISO_8859_1))
                        .contains("it is of a string, but only a dev.scriptorium.wire.avro.PromptEvent belongs here"));
    }

    @Test
    void howManyWaitIsTold() {
        // Given
        List<Long> told = new ArrayList<>();
        RequestObserver observer = new RequestObserver() {
            @Override
            public void left(Exit exit, String name) {}

            @Override
            public void ended(Outcome outcome, @Nullable Duration sinceAdmission) {}

            @Override
            public void awaitSchemas(int partition, long records) {
                told.add(records);
            }
        };
        router.close();
        router = new RouterBench(Pipelines.read(REGISTRY), START, observer, new Registered(schemas, AnswerFrame.NONE));

        // When
        router.prompt("a", wrapped(7, PLAIN), Map.of(), START);
        router.prompt("b", wrapped(8, PLAIN), Map.of(), START);
        isJson(8);
        router.pass(Duration.ofSeconds(1));
        isJson(7);
        router.pass(Duration.ofSeconds(1));

        // Then
        assertThat(told).containsExactly(0L, 1L, 2L, 1L, 0L);
    }

    @Test
    void aRecordThatWaitedTooLongIsRejectedOnce() {
        // Given
        router.prompt("late", wrapped(7, PLAIN), Map.of(), START);

        // When
        router.pass(Duration.ofMinutes(11));
        isJson(7);
        router.pass(Duration.ofMinutes(1));

        // Then
        List<TestRecord<byte[], byte[]>> rejected = router.on("rejections");
        assertThat(rejected).singleElement().satisfies(each -> {
            assertThat(text(each.key())).isEqualTo("late");
            assertThat(new String(each.value(), StandardCharsets.ISO_8859_1))
                    .contains("schema id 7, and the registry at X answers 503; it waited for 6");
        });
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void aSchemaThatCannotBeAPromptsIsARejectionAndWithoutAKeyADeadLetterAsItCame() {
        // Given
        known.put(7, new WriterSchemas.Lookup.Unknown("it is of a shop.Order"));
        byte[] value = wrapped(7, PLAIN);

        // When
        router.prompt("17", value, Map.of(), START);
        router.prompt("17", value, Map.of(), START);
        router.prompt(null, value, Map.of("mine", "kept"), START);

        // Then
        assertThat(router.on("rejections")).hasSize(1);
        assertThat(router.on("dead-letters")).singleElement().satisfies(dead -> {
            assertThat(dead.value()).isEqualTo(value);
            assertThat(header(dead, "mine")).isEqualTo("kept");
            assertThat(header(dead, Arrival.REASON_HEADER)).contains("schema id 7, and it is of a shop.Order");
            assertThat(header(dead, RecordHeads.ERROR_OFFSET)).isEqualTo("2");
        });
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void damagedBytesOfAKnownSchemaAreRefused() throws IOException {
        // Given
        known.put(7, WriterSchema.judge("AVRO", Files.readString(Path.of("schemas/prompt.avsc")), List.of()));
        byte[] longString = {0, 0, 0, 0, 7, 2, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 15, 'x'};

        // When
        router.prompt("a", longString, Map.of(), START);
        router.prompt("b", wrapped(7, new byte[0]), Map.of(), START);

        // Then
        assertThat(router.on("rejections")).hasSize(2);
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void whatApicuriosSerializerWritesIsReadThroughTheRegistry() throws IOException {
        // Given
        Schema schema = new Schema.Parser().parse(Path.of("schemas/prompt.avsc").toFile());
        try (FakeRegistry served = FakeRegistry.start();
                SchemaRegistry registry = SchemaRegistry.start(new RegistrySettings(served.url(), null, null));
                AvroKafkaSerializer<GenericRecord> serializer = new AvroKafkaSerializer<>()) {
            serializer.configure(
                    Map.of(
                            "apicurio.registry.url",
                            served.apicurioUrl().toString(),
                            "apicurio.registry.auto-register",
                            "true"),
                    false);
            router.close();
            router = new RouterBench(Pipelines.read(REGISTRY), new Registered(registry, AnswerFrame.NONE));
            byte[] value = serializer.serialize("prompts", prompt(schema, "17"));

            // When
            router.prompt("key", value, Map.of(), START);
            while (registry.find(ByteBuffer.wrap(value, 1, 4).getInt()) instanceof WriterSchemas.Lookup.Pending) {
                LockSupport.parkNanos(1_000_000);
            }
            router.pass(Duration.ofSeconds(2));

            // Then
            assertThat(value).startsWith(0, 0, 0, 0);
            // It registers each named type on its own, and the prompt's with references to them.
            assertThat(served.asked()).anyMatch(each -> each.startsWith("GET /apis/ccompat/v7/subjects/"));
            assertThat(router.assignments("lanes.only")).singleElement().satisfies(each -> {
                Prompt read = each.prompt();
                assertThat(read.request().id()).isEqualTo("17");
                assertThat(read.input()).isEqualTo(new Input.Text("Once upon a time", false));
            });
            assertThat(router.exits()).isEmpty();
        }
    }

    private List<String> ids() {
        return router.assignments("lanes.only").stream()
                .map(each -> each.prompt().request().key())
                .toList();
    }
}

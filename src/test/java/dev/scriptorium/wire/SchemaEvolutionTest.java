package dev.scriptorium.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.wire.avro.CompletionEvent;
import dev.scriptorium.wire.avro.PromptEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.avro.message.SchemaStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Single-object bytes of schemas that were, or will be, or never were. */
class SchemaEvolutionTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final SchemaStore.Cache store = SingleObject.allReleased();
    private final SingleObject avro = new SingleObject(store);

    @Test
    void readsAPromptOfALaterSchemaWithAFieldMore() throws IOException {
        // Given
        Schema later = with(
                PromptEvent.getClassSchema(),
                new Schema.Field("reply_to", Schema.create(Schema.Type.STRING), "where to answer"));
        store.addSchema(later);
        byte[] bytes = encode(
                later,
                new GenericRecordBuilder(later)
                        .set("id", "a")
                        .set("prompt", "Once")
                        .set("reply_to", "topic")
                        .build());
        Arrival arrival = new Arrival(null, bytes, null, null, null, Samples.NOON);

        // When
        Decoded decoded = new PromptDecoder(1 << 20, avro).decode(arrival);

        // Then
        assertThat(decoded).isInstanceOfSatisfying(Decoded.Accepted.class, accepted -> {
            assertThat(accepted.prompt().request().id()).isEqualTo("a");
            assertThat(accepted.prompt().input()).isEqualTo(new Input.Text("Once"));
        });
    }

    @Test
    void readsAPromptOfAnEarlierSchemaWithoutFieldsThatHaveDefaults() throws IOException {
        // Given
        Schema earlier = without(PromptEvent.getClassSchema(), List.of("priority", "metadata", "sampling", "deadline"));
        store.addSchema(earlier);
        byte[] bytes = encode(
                earlier,
                new GenericRecordBuilder(earlier)
                        .set("id", "a")
                        .set("prompt", "Once")
                        .build());
        Arrival arrival = new Arrival(null, bytes, null, null, null, Samples.NOON);

        // When
        Decoded decoded = new PromptDecoder(1 << 20, avro).decode(arrival);

        // Then
        assertThat(decoded).isInstanceOfSatisfying(Decoded.Accepted.class, accepted -> {
            assertThat(accepted.prompt().metadata()).isEmpty();
            assertThat(accepted.prompt().deadline()).isNull();
            assertThat(accepted.prompt().sampling().temperature()).isNull();
        });
    }

    @Test
    void readsACompletionOfALaterSchema() throws IOException {
        // Given
        Schema later = with(
                CompletionEvent.getClassSchema(),
                new Schema.Field("energy_joules", Schema.create(Schema.Type.DOUBLE), "energy, in joules", 0.0));
        store.addSchema(later);
        GenericRecordBuilder builder = new GenericRecordBuilder(later);
        var ours = AvroEvents.write(Samples.completion(Dialect.AVRO));
        for (Schema.Field field : ours.getSchema().getFields()) {
            Object value = ours.get(field.pos());
            builder.set(field.name(), field.name().equals("completed_at") ? 1_795_521_600_123_456L : value);
        }
        byte[] bytes = encode(later, builder.build());

        // When
        CompletionEvent event = avro.decode(bytes, CompletionEvent.class);

        // Then
        Completion expected = Samples.completion(Dialect.AVRO);
        assertThat(AvroCompletions.read(event, Dialect.AVRO)).isEqualTo(expected);
    }

    @Test
    void namesTheFingerprintOfASchemaItNeverSaw() throws IOException {
        // Given
        Schema unknown =
                with(PromptEvent.getClassSchema(), new Schema.Field("x", Schema.create(Schema.Type.INT), "unknown", 0));
        byte[] bytes = encode(
                unknown, new GenericRecordBuilder(unknown).set("prompt", "a").build());

        // When / Then
        assertThatThrownBy(() -> avro.decode(bytes, PromptEvent.class))
                .isInstanceOf(UndecodableException.class)
                .hasMessageMatching("the Avro schema with fingerprint [0-9a-f]{16} is not known to this version.*");
    }

    @Test
    void refusesBytesAfterTheEnd() {
        // Given
        byte[] bytes = new EventCodec().encode(new JobTally("j", 1, 0, 0, 0, 0, Samples.NOON));
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);

        // When / Then
        assertThatThrownBy(() -> new EventCodec().jobTally(longer)).hasMessageContaining("go on after the end");
    }

    @Test
    void refusesEveryTornRecord() {
        // Given
        byte[] bytes = new EventCodec().encode(new JobTally("stories", 1, 2, 3, 4, 5, Samples.NOON));

        for (int length = 0; length < bytes.length; length++) {
            byte[] torn = Arrays.copyOf(bytes, length);

            // When / Then
            assertThatThrownBy(() -> new EventCodec().jobTally(torn)).isInstanceOf(UndecodableException.class);
        }
    }

    /** Each claims one and a half thousand million elements or bytes and has none of them. */
    @ParameterizedTest
    @ValueSource(strings = {"id", "messages", "messages in a sized block", "metadata"})
    void allocatesNothingThatTheBytesMerelyClaim(String place) {
        // Given
        byte[] huge = {(byte) 0x80, (byte) 0xbc, (byte) 0xc1, (byte) 0x96, 0x0b};
        byte[] minusHugeWithSizeZero = {(byte) 0xff, (byte) 0xbb, (byte) 0xc1, (byte) 0x96, 0x0b, 0};
        ByteBuffer body = ByteBuffer.allocate(64);
        switch (place) {
            case "id" -> body.put((byte) 2).put(huge);
            case "messages" -> body.put(new byte[] {0, 0, 0, 0, 0, 2}).put(huge);
            case "messages in a sized block" ->
                body.put(new byte[] {0, 0, 0, 0, 0, 2}).put(minusHugeWithSizeZero);
            default ->
                body.put(new byte[6])
                        .put(new byte[11])
                        .put((byte) 0)
                        .put((byte) 0)
                        .put(huge);
        }
        byte[] header = Arrays.copyOf(avro.encode(AvroEvents.write(Samples.prompt())), 10);
        byte[] bytes = ByteBuffer.allocate(10 + body.position())
                .put(header)
                .put(body.flip())
                .array();

        long before = THREADS.getCurrentThreadAllocatedBytes();

        // When / Then
        assertThatThrownBy(() -> avro.decode(bytes, PromptEvent.class)).isInstanceOf(UndecodableException.class);
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(64 << 20);
    }

    private static Schema with(Schema schema, Schema.Field more) {
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        fields.add(more);
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }

    private static Schema without(Schema schema, List<String> names) {
        List<Schema.Field> fields = new ArrayList<>();
        schema.getFields().stream()
                .filter(field -> !names.contains(field.name()))
                .forEach(field -> fields.add(new Schema.Field(field, field.schema())));
        return Schema.createRecord(schema.getName(), schema.getDoc(), schema.getNamespace(), false, fields);
    }

    private static byte[] encode(Schema schema, GenericData.Record record) throws IOException {
        ByteBuffer buffer = new BinaryMessageEncoder<GenericData.Record>(GenericData.get(), schema).encode(record);
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    @Test
    void enumSymbolOfALaterSchemaBecomesTheDefault() throws IOException {
        // Given
        Schema priority = Schema.createEnum(
                "PriorityName",
                null,
                PromptEvent.getClassSchema().getNamespace(),
                List.of("INTERACTIVE", "BULK", "BACKGROUND"),
                "BULK");
        Schema later = with(
                without(PromptEvent.getClassSchema(), List.of("priority")),
                new Schema.Field("priority", priority, "class of service"));
        store.addSchema(later);
        GenericData.EnumSymbol background = new GenericData.EnumSymbol(priority, "BACKGROUND");
        byte[] bytes = encode(
                later,
                new GenericRecordBuilder(later)
                        .set("prompt", "Once")
                        .set("priority", background)
                        .build());

        // When
        PromptEvent event = avro.decode(bytes, PromptEvent.class);

        // Then
        assertThat(Map.of("priority", event.getPriority().name())).containsEntry("priority", "BULK");
    }
}

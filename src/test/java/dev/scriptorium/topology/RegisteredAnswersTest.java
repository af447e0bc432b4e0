package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.registry.AnswerRegistration;
import dev.scriptorium.registry.FakeRegistry;
import dev.scriptorium.registry.RegistrySettings;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.ChunkFormat;
import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import dev.scriptorium.wire.confluent.Registered;
import dev.scriptorium.wire.confluent.WriterSchemas;
import io.apicurio.registry.serde.avro.AvroKafkaDeserializer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Answers in Confluent's wire format, read by Apicurio's deserializer, which has no code of ours, and by our own. */
class RegisteredAnswersTest {
    private static final String PIPELINE = """
        models: {tiny: {path: models/tiny}}
        lanes: {only: {}}
        routes: [{name: all, to: only}]
        topics: {completions: {format: avro}, rejections: {format: avro}}
        registry: {url: 'http://registry:8080/apis/ccompat/v7', answers: confluent}
        """;
    private final FakeRegistry served = FakeRegistry.start();
    private final AnswerFrame frame = new AnswerRegistration(
                    Map.of(
                            AnswerSchema.COMPLETION, "completions-value",
                            AnswerSchema.REJECTION, "rejections-value",
                            AnswerSchema.PIECE, "tokens-value"),
                    true,
                    Duration.ofSeconds(10))
            .learn(new RegistrySettings(served.url(), null, null));
    private final RouterBench router =
            new RouterBench(Pipelines.read(PIPELINE), new Registered(WriterSchemas.NONE, frame));
    private final AvroKafkaDeserializer<GenericRecord> foreign = new AvroKafkaDeserializer<>();

    RegisteredAnswersTest() throws IOException {
        foreign.configure(Map.of("apicurio.registry.url", served.apicurioUrl().toString()), false);
    }

    @AfterEach
    void close() {
        foreign.close();
        router.close();
        served.close();
    }

    private static @Nullable String schema(Headers headers) {
        var header = headers.lastHeader(AnswerFrame.SCHEMA_HEADER);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    @Test
    void aCompletionIsReadByADeserializerThatKnowsTheRegistryOnly() {
        // Given
        router.prompt("17", "{\"prompt\":\"Once\"}".getBytes(StandardCharsets.UTF_8), Map.of(), START);

        // When
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, " upon a time"));

        // Then
        TestRecord<byte[], byte[]> answer = router.on("completions").getFirst();
        assertThat(answer.value()).startsWith(0, 0, 0, 0);
        GenericRecord read = foreign.deserialize("completions", answer.headers(), answer.value());
        assertThat(read.getSchema().getFullName()).isEqualTo("dev.scriptorium.wire.avro.CompletionEvent");
        assertThat(read.get("id")).hasToString("17");
        assertThat(read.get("text")).hasToString(" upon a time");
    }

    @Test
    void ourOwnReadersNeedNoRegistry() {
        // Given
        router.prompt("17", "{\"prompt\":\"Once\"}".getBytes(StandardCharsets.UTF_8), Map.of(), START);
        router.outcome(RouterBench.completion("17", Dialect.PLAIN, " upon a time"));
        served.close();
        TestRecord<byte[], byte[]> answer = router.on("completions").getFirst();

        // When
        var read = new AnswerReader().outcome(answer.value(), schema(answer.headers()));

        // Then
        assertThat(read)
                .isInstanceOfSatisfying(
                        Completion.class,
                        completion -> assertThat(completion.text()).isEqualTo(" upon a time"));
    }

    @Test
    void aRejectionIsReadByADeserializerThatKnowsTheRegistryOnly() {
        // Given / When
        router.prompt("18", "{\"prompt\":7}".getBytes(StandardCharsets.UTF_8), Map.of(), START);

        // Then
        TestRecord<byte[], byte[]> answer = router.on("rejections").getFirst();
        GenericRecord read = foreign.deserialize("rejections", answer.headers(), answer.value());
        assertThat(read.get("id")).hasToString("18");
        assertThat(read.get("code")).hasToString("INVALID_VALUE");
        assertThat(new AnswerReader()
                        .read(answer.value(), schema(answer.headers()))
                        .error())
                .contains("prompt");
    }

    @Test
    void aPieceIsReadByADeserializerThatKnowsTheRegistryOnly() {
        // Given
        TokenChunk piece =
                new TokenChunk(new RequestId("stories", "17"), Dialect.AVRO, 0, 3, 4, " upon a", FinishReason.STOP);
        ChunkFormat format = new ChunkFormat(frame);

        // When
        byte[] value = format.write(piece);

        // Then
        assertThat(foreign.deserialize("tokens", value).get("text")).hasToString(" upon a");
        assertThat(format.read(value, format.schemaHeader(piece))).isEqualTo(piece);
    }

    @Test
    void theBodyIsTheOneOfSingleObjectEncoding() {
        // Given
        byte[] single = new ChunkFormat()
                .write(new TokenChunk(new RequestId("stories", "17"), Dialect.AVRO, 0, 0, 1, "a", null));

        // When
        byte[] framed = frame.close(AnswerSchema.PIECE, single);

        // Then
        assertThat(framed).hasSize(single.length - 5);
        assertThat(AnswerFrame.open(framed, frame.header(AnswerSchema.PIECE))).isEqualTo(single);
        assertThat(AnswerFrame.open(framed, null)).isEqualTo(framed);
    }
}

package dev.scriptorium.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.Golden;
import dev.scriptorium.Seeds;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.AnswerReader.Answer;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AnswerWriter WRITER = new AnswerWriter();
    private static final AnswerReader READER = new AnswerReader();

    @ParameterizedTest
    @EnumSource
    void completionLooksAsItAlwaysDid(Dialect dialect) throws IOException {
        // Given
        Completion completion = Samples.completion(dialect);

        // When
        byte[] answer = WRITER.write(completion, AnswerFormat.JSON);

        // Then
        Golden.check("src/test/resources/golden/answers/completion-" + name(dialect) + ".json", pretty(answer));
    }

    @ParameterizedTest
    @EnumSource
    void completionWithEverythingLooksAsItAlwaysDid(Dialect dialect) throws IOException {
        // Given
        Completion completion = Samples.fullCompletion(dialect);

        // When
        byte[] answer = WRITER.write(completion, AnswerFormat.JSON);

        // Then
        Golden.check("src/test/resources/golden/answers/full-" + name(dialect) + ".json", pretty(answer));
    }

    @ParameterizedTest
    @EnumSource
    void rejectionLooksAsItAlwaysDid(Dialect dialect) throws IOException {
        // Given
        Outcome rejection = Samples.rejection(dialect);

        // When
        byte[] answer = WRITER.write(rejection, AnswerFormat.JSON);

        // Then
        Golden.check("src/test/resources/golden/answers/rejection-" + name(dialect) + ".json", pretty(answer));
    }

    @ParameterizedTest
    @CsvSource({
        "AS_PROMPT,AVRO,avro/binary",
        "AS_PROMPT,PLAIN,application/json",
        "AS_PROMPT,OPENAI_CHAT,application/json",
        "AVRO,PLAIN,avro/binary",
        "AVRO,OPENAI_COMPLETIONS,avro/binary",
        "JSON,AVRO,application/json",
        "JSON,OPENAI_CHAT,application/json"
    })
    void contentTypeSaysWhatTheBytesAre(AnswerFormat format, Dialect dialect, String type) {
        // Given
        Completion completion = Samples.completion(dialect);

        // When
        byte[] bytes = WRITER.write(completion, format);

        // Then
        assertThat(WRITER.contentType(completion, format)).isEqualTo(type);
        assertThat(SingleObject.isMarked(bytes)).isEqualTo(type.equals("avro/binary"));
        assertThat(bytes[0] == '{').isEqualTo(type.equals("application/json"));
    }

    @ParameterizedTest
    @EnumSource
    void answerIsOneLine(Dialect dialect) {
        // Given
        Completion completion = Samples.completion(dialect);

        // When
        String json = new String(WRITER.write(completion, AnswerFormat.JSON), UTF_8);

        // Then
        assertThat(json.lines()).hasSize(1);
        assertThat(json).doesNotEndWith("\n");
    }

    @Test
    void equalOutcomesGiveEqualBytesWhateverTheOrderOfTheirMetadata() {
        // Given
        Map<String, String> there = new LinkedHashMap<>();
        Map<String, String> back = new LinkedHashMap<>();
        for (int i = 0; i < 16; i++) {
            there.put("key" + i, "value");
            back.put("key" + (15 - i), "value");
        }

        // When
        byte[] first = WRITER.write(with(there), AnswerFormat.JSON);

        // Then
        assertThat(WRITER.write(with(back), AnswerFormat.JSON)).isEqualTo(first);
        assertThat(WRITER.write(with(back), AnswerFormat.AVRO)).isEqualTo(WRITER.write(with(there), AnswerFormat.AVRO));
    }

    @ParameterizedTest
    @EnumSource
    void completionIsReadBackInEveryFormat(Dialect dialect) {
        // Given
        Completion completion = Samples.completion(dialect);

        for (AnswerFormat format : AnswerFormat.values()) {
            // When
            Answer answer = READER.read(WRITER.write(completion, format));

            // Then
            assertThat(answer.id()).isEqualTo("17");
            assertThat(answer.error()).isNull();
            assertThat(answer.promptTokens()).isEqualTo(5);
            assertThat(answer.completionTokens()).isEqualTo(12);
            assertThat(answer.weightsDigest()).isEqualTo(completion.provenance().weightsDigest());
        }
    }

    @ParameterizedTest
    @EnumSource
    void rejectionIsReadBackInEveryFormat(Dialect dialect) {
        // Given
        Outcome rejection = Samples.rejection(dialect);

        for (AnswerFormat format : AnswerFormat.values()) {
            // When
            Answer answer = READER.read(WRITER.write(rejection, format));

            // Then
            assertThat(answer.id()).isEqualTo("17");
            assertThat(answer.error()).startsWith("prompts.jsonl:17: field 'temperature'");
            assertThat(answer.weightsDigest()).isNull();
        }
    }

    @ParameterizedTest
    @EnumSource
    void jsonAnswerIsHandedOnByteForByte(Dialect dialect) {
        // Given
        byte[] json = WRITER.write(Samples.completion(dialect), AnswerFormat.JSON);

        // When
        Answer answer = READER.read(json);

        // Then
        assertThat(answer.json().getBytes(UTF_8)).isEqualTo(json);
    }

    @Test
    void avroAnswerIsHandedOnAsPlainJson() {
        // Given
        byte[] avro = WRITER.write(Samples.completion(Dialect.PLAIN), AnswerFormat.AVRO);

        // When
        Answer answer = READER.read(avro);

        // Then
        assertThat(answer.json().getBytes(UTF_8))
                .isEqualTo(WRITER.write(Samples.completion(Dialect.PLAIN), AnswerFormat.JSON));
    }

    @Test
    void idsOfAnOpenAiLineDependOnTheRequestAlone() throws IOException {
        // Given
        Completion completion = Samples.completion(Dialect.OPENAI_CHAT);

        // When
        JsonNode again = JSON.readTree(WRITER.write(completion, AnswerFormat.JSON));

        // Then
        JsonNode other = JSON.readTree(WRITER.write(of(new RequestId("stories", "18"), completion), AnswerFormat.JSON));
        JsonNode rejected = JSON.readTree(WRITER.write(Samples.rejection(Dialect.OPENAI_CHAT), AnswerFormat.JSON));
        assertThat(again.get("id")).isNotEqualTo(other.get("id")).isEqualTo(rejected.get("id"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "[]", "{\"id\":\"a\"}", "{\"custom_id\":\"a\",\"response\":null}", "hello"})
    void whatIsNoAnswerIsUndecodable(String value) {
        // Given
        byte[] bytes = value.getBytes(UTF_8);

        // When / Then
        assertThatThrownBy(() -> READER.read(bytes)).isInstanceOf(UndecodableException.class);
    }

    static LongStream seeds() {
        return Seeds.of(300);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedAnswerIsReadOrUndecodable(long seed) {
        // Given
        Random random = new Random(seed);
        Dialect dialect = Dialect.values()[random.nextInt(Dialect.values().length)];
        byte[] bytes = WRITER.write(Samples.completion(dialect), AnswerFormat.AS_PROMPT);
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();

        // When
        Throwable thrown = null;
        try {
            READER.read(Arrays.copyOf(bytes, bytes.length - random.nextInt(2)));
        } catch (RuntimeException e) {
            thrown = e;
        }

        // Then
        assertThat(thrown == null || thrown instanceof UndecodableException)
                .as("%s", thrown)
                .isTrue();
    }

    private static Completion with(Map<String, String> metadata) {
        Completion like = Samples.completion(Dialect.PLAIN);
        return new Completion(
                like.request(),
                like.dialect(),
                like.tenant(),
                like.choices(),
                like.echo(),
                like.usage(),
                like.sampling(),
                like.provenance(),
                like.worker(),
                like.attempt(),
                like.timings(),
                like.completedAt(),
                metadata);
    }

    private static Completion of(RequestId request, Completion like) {
        return new Completion(
                request,
                like.dialect(),
                like.tenant(),
                like.choices(),
                like.echo(),
                like.usage(),
                like.sampling(),
                like.provenance(),
                like.worker(),
                like.attempt(),
                like.timings(),
                like.completedAt(),
                like.metadata());
    }

    private static String name(Dialect dialect) {
        return dialect.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String pretty(byte[] json) throws IOException {
        return JSON.readTree(json).toPrettyString() + "\n";
    }
}

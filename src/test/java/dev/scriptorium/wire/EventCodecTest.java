package dev.scriptorium.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.RequestState;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
    private static final EventCodec CODEC = new EventCodec();

    static Stream<Prompt> prompts() {
        Input text = new Input.Text("a</s>", true);
        return Stream.of(
                Samples.prompt(),
                Samples.chat(),
                Samples.barePrompt(),
                Samples.asking(text, new AnswerSpec(16, 20, true, new ResponseFormat.JsonObject())),
                Samples.asking(text, new AnswerSpec(2, 0, false, new ResponseFormat.JsonSchema("s", "{}"))),
                Samples.asking(text, new AnswerSpec(1, null, true, new ResponseFormat.AvroSchema("\"int\""))));
    }

    static Stream<Outcome> outcomes() {
        return Stream.of(
                Samples.completion(Dialect.PLAIN),
                Samples.completion(Dialect.OPENAI_CHAT),
                Samples.completion(Dialect.OPENAI_COMPLETIONS),
                Samples.completion(Dialect.AVRO),
                Samples.fullCompletion(Dialect.PLAIN),
                Samples.fullCompletion(Dialect.OPENAI_CHAT),
                Samples.rejection(Dialect.PLAIN),
                Samples.rejection(Dialect.OPENAI_CHAT));
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void assignmentComesBackEqual(Prompt prompt) {
        // Given
        Assignment assignment =
                new Assignment(prompt.resolved("scrivener", prompt.sampling()), "bulk", 2, Samples.NOON);

        // When
        Assignment back = CODEC.assignment(CODEC.encode(assignment));

        // Then
        assertThat(back).isEqualTo(assignment);
    }

    @ParameterizedTest
    @MethodSource("prompts")
    void acceptedPromptComesBackEqual(Prompt prompt) {
        // Given
        Decoded intake = new Decoded.Accepted(prompt);

        // When
        Decoded back = CODEC.intake(CODEC.encode(intake));

        // Then
        assertThat(back).isEqualTo(intake);
    }

    @Test
    void refusedRecordComesBackEqual() {
        // Given
        Decoded intake = new Decoded.Refused(Samples.rejection(Dialect.OPENAI_COMPLETIONS), "ab".repeat(32));

        // When
        Decoded back = CODEC.intake(CODEC.encode(intake));

        // Then
        assertThat(back).isEqualTo(intake);
    }

    @Test
    void unreadableRecordHasNoBytesOfItsOwn() {
        // Given
        Decoded unreadable = new Decoded.Unreadable("no id");

        // When / Then
        assertThatThrownBy(() -> CODEC.encode(unreadable)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @MethodSource("outcomes")
    void outcomeComesBackEqual(Outcome outcome) {
        // Given
        byte[] bytes = CODEC.encode(outcome);

        // When
        Outcome back = CODEC.outcome(bytes);

        // Then
        assertThat(back).isEqualTo(outcome);
    }

    @ParameterizedTest
    @EnumSource
    void requestStateComesBackEqual(RequestState.Phase phase) {
        // Given
        RequestState state = new RequestState("cd".repeat(32), phase, "bulk", 3, Samples.NOON, Samples.NOON);

        // When
        RequestState back = CODEC.requestState(CODEC.encode(state));

        // Then
        assertThat(back).isEqualTo(state);
    }

    @Test
    void openRequestOnNoLaneComesBackEqual() {
        // Given
        RequestState state = new RequestState("cd", RequestState.Phase.ADMITTED, null, 0, Samples.NOON, null);

        // When
        RequestState back = CODEC.requestState(CODEC.encode(state));

        // Then
        assertThat(back).isEqualTo(state);
    }

    @Test
    void jobTallyComesBackEqual() {
        // Given
        JobTally tally = new JobTally("stories", 10, 7, 1, 1L << 40, 3, Samples.NOON);

        // When
        JobTally back = CODEC.jobTally(CODEC.encode(tally));

        // Then
        assertThat(back).isEqualTo(tally);
    }

    @Test
    void timesLoseWhatIsFinerThanAMicrosecond() {
        // Given
        JobTally tally = new JobTally("stories", 1, 0, 0, 0, 0, Samples.NOON.plusNanos(1_999));

        // When
        JobTally back = CODEC.jobTally(CODEC.encode(tally));

        // Then
        assertThat(back.updatedAt()).isEqualTo(Samples.NOON.plusNanos(1_000));
    }

    @Test
    void equalEventsGiveEqualBytesWhateverTheOrderOfTheirMetadata() {
        // Given
        Map<String, String> there = new LinkedHashMap<>();
        Map<String, String> back = new LinkedHashMap<>();
        for (int i = 0; i < Prompt.METADATA_PAIRS_MAX; i++) {
            there.put("key" + i, "value");
            back.put("key" + (Prompt.METADATA_PAIRS_MAX - 1 - i), "value");
        }

        // When
        byte[] first = CODEC.encode(new Decoded.Accepted(Samples.promptWith(there)));

        // Then
        assertThat(CODEC.encode(new Decoded.Accepted(Samples.promptWith(back)))).isEqualTo(first);
    }

    @Test
    void refusesBytesOfAnotherEvent() {
        // Given
        byte[] tally = CODEC.encode(new JobTally("stories", 1, 0, 0, 0, 0, Samples.NOON));

        // When / Then
        assertThatThrownBy(() -> CODEC.assignment(tally))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining("JobTallyRecord");
    }

    static LongStream seeds() {
        return Seeds.of(500);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void damagedBytesAreUndecodableAndNeverAnythingElse(long seed) {
        // Given
        Random random = new Random(seed);
        byte[] bytes = CODEC.encode(new Assignment(Samples.chat(), "bulk", 1, Samples.NOON));
        for (int i = random.nextInt(4); i >= 0; i--) {
            bytes[10 + random.nextInt(bytes.length - 10)] = (byte) random.nextInt();
        }

        // When
        Throwable thrown = null;
        try {
            CODEC.assignment(bytes);
        } catch (UndecodableException e) {
            thrown = e;
        }

        // Then
        assertThat(thrown == null || thrown.getMessage() != null).isTrue();
    }

    @Test
    void contentDigestStaysTheSameForever() {
        // Given
        Prompt prompt = Samples.prompt();

        // When
        String digest = CODEC.contentDigest(prompt);

        // Then
        assertThat(digest).isEqualTo("2b5fd4db7bedc947c2085086abd3dc2309950cf7bbddfb722760fc1f3d139c44");
    }

    @Test
    void contentDigestKnowsNeitherSourceNorDialect() {
        // Given
        Prompt prompt = Samples.prompt();
        Prompt elsewhere = new Prompt(
                prompt.request(),
                Dialect.AVRO,
                prompt.tenant(),
                prompt.model(),
                prompt.input(),
                prompt.sampling(),
                prompt.priority(),
                prompt.deadline(),
                prompt.metadata(),
                "another.jsonl:99");

        // When
        String digest = CODEC.contentDigest(elsewhere);

        // Then
        assertThat(digest).isEqualTo(CODEC.contentDigest(prompt));
    }

    static Stream<Prompt> differentPrompts() {
        RequestId request = new RequestId("stories", "17");
        return Stream.of(
                Samples.bare(new RequestId("other", "17"), new Input.Text("a"), Sampling.UNSAID),
                Samples.bare(new RequestId("stories", "18"), new Input.Text("a"), Sampling.UNSAID),
                Samples.bare(request, new Input.Text("b"), Sampling.UNSAID),
                Samples.bare(request, new Input.Chat(List.of(new Message("user", "a"))), Sampling.UNSAID),
                Samples.bare(request, new Input.Chat(List.of(new Message("system", "a"))), Sampling.UNSAID),
                Samples.bare(request, new Input.Text("a"), Samples.sampling(1L, List.of())),
                Samples.bare(request, new Input.Text("a"), Samples.sampling(2L, List.of())),
                Samples.bare(request, new Input.Text("a"), Samples.sampling(1L, List.of("x", "y"))),
                Samples.bare(request, new Input.Text("a"), Samples.sampling(1L, List.of("xy"))),
                Samples.bare(request, new Input.Text("a", true), Sampling.UNSAID),
                Samples.asking(new Input.Text("a"), new AnswerSpec(2, null, false, ResponseFormat.TEXT)),
                Samples.asking(new Input.Text("a"), new AnswerSpec(1, 2, false, ResponseFormat.TEXT)),
                Samples.asking(new Input.Text("a"), new AnswerSpec(1, null, true, ResponseFormat.TEXT)),
                Samples.asking(new Input.Text("a"), new AnswerSpec(1, null, false, new ResponseFormat.JsonObject())),
                Samples.asking(
                        new Input.Text("a"), new AnswerSpec(1, null, false, new ResponseFormat.JsonSchema("a", "{}"))),
                Samples.asking(
                        new Input.Text("a"), new AnswerSpec(1, null, false, new ResponseFormat.AvroSchema("{}"))));
    }

    @ParameterizedTest
    @MethodSource("differentPrompts")
    void contentDigestTellsPromptsApart(Prompt other) {
        // Given
        Prompt prompt = Samples.bare(new RequestId("stories", "17"), new Input.Text("a"), Sampling.UNSAID);

        // When
        String digest = CODEC.contentDigest(other);

        // Then
        assertThat(digest).isNotEqualTo(CODEC.contentDigest(prompt)).hasSize(64);
        assertThat(differentPrompts().map(CODEC::contentDigest)).doesNotHaveDuplicates();
        assertThat(prompt.priority()).isEqualTo(Priority.BULK);
    }
}

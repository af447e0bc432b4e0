package dev.scriptorium.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every limit of the nouns, at its edge and one step beyond, and the words it is refused with. */
class EventRulesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "A.b_c-9", "default"})
    void jobMayBeANameForFilesAndTopics(String job) {
        assertThatCode(() -> new RequestId(job, "1")).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "ä", "a\n"})
    void jobOfOtherCharactersIsRefused(String job) {
        assertThatThrownBy(() -> new RequestId(job, "1"))
                .hasMessage("field 'job' is '" + job
                        + "', but it must be 1 to 128 letters, digits, dots, dashes or underscores");
    }

    @Test
    void jobAndIdMayBeAsLongAsTheirLimits() {
        assertThatCode(() -> new RequestId("j".repeat(128), "i".repeat(256))).doesNotThrowAnyException();
        assertThatThrownBy(() -> new RequestId("j".repeat(129), "i")).hasMessageContaining("(131 characters)");
        assertThatThrownBy(() -> new RequestId("j", "i".repeat(257))).hasMessageContaining("1 to 256 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\tb", "a\u0000", "\u0085"})
    void idWithControlCharactersIsRefused(String id) {
        assertThatThrownBy(() -> new RequestId("j", id)).isInstanceOf(InvalidFieldException.class);
    }

    @Test
    void keysOfDifferentRequestsDiffer() {
        assertThat(new RequestId("a", "b/c").key()).isEqualTo("a/b/c").isNotEqualTo(new RequestId("a", "b-c").key());
        assertThatThrownBy(() -> new RequestId("a/b", "c")).isInstanceOf(InvalidFieldException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "max_tokens,0,1048576,-1,1048577",
        "max_length,1,1048576,0,1048577",
        "temperature,0,2,-0.001,2.001",
        "top_k,0,2147483647,-1,-2147483648",
        "top_p,0.001,1,0,1.001",
        "min_p,0,1,-0.001,1.001",
        "repetition_penalty,0.001,10,0,10.001",
        "frequency_penalty,-2,2,-2.001,2.001",
        "presence_penalty,-2,2,-2.001,2.001"
    })
    void samplingKeepsItsLimitsToTheEdge(String field, double least, double most, double below, double above) {
        assertThatCode(() -> sampling(field, least)).doesNotThrowAnyException();
        assertThatCode(() -> sampling(field, most)).doesNotThrowAnyException();
        assertThatThrownBy(() -> sampling(field, below))
                .isInstanceOf(InvalidFieldException.class)
                .hasMessageStartingWith("field '" + field + "' is ");
        assertThatThrownBy(() -> sampling(field, above)).isInstanceOf(InvalidFieldException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "temperature",
                "top_p",
                "min_p",
                "repetition_penalty",
                "frequency_penalty",
                "presence_penalty",
            })
    void whatIsNoNumberIsNoSampling(String field) {
        assertThatThrownBy(() -> sampling(field, Double.NaN)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> sampling(field, Double.POSITIVE_INFINITY)).hasMessageContaining("Infinity");
    }

    @Test
    void stopTextsAreFewAndShort() {
        assertThatCode(() -> stops(Collections.nCopies(16, "s".repeat(256)))).doesNotThrowAnyException();
        assertThatThrownBy(() -> stops(Collections.nCopies(17, "s"))).hasMessageContaining("at most 16");
        assertThatThrownBy(() -> stops(List.of(""))).hasMessageContaining("1 to 256 characters each");
        assertThatThrownBy(() -> stops(List.of("s".repeat(257)))).hasMessageContaining("1 to 256 characters each");
    }

    @Test
    void whatIsSaidGoesBeforeTheFallback() {
        // Given
        Sampling said = new Sampling(null, 50, 0.0, null, null, null, null, null, null, 0L, List.of());
        Sampling fallback = new Sampling(9, 99, 1.0, 5, 0.5, 0.1, 1.1, 0.2, 0.3, 7L, List.of("x"));

        // When
        Sampling both = said.orElse(fallback);

        // Then
        assertThat(both).isEqualTo(new Sampling(null, 50, 0.0, 5, 0.5, 0.1, 1.1, 0.2, 0.3, 0L, List.of()));
        assertThat(Sampling.UNSAID.orElse(fallback)).isEqualTo(fallback);
        assertThat(fallback.orElse(Sampling.UNSAID)).isEqualTo(fallback);
    }

    @Test
    void answersKeepTheirLimitsToTheEdge() {
        assertThatCode(() -> new AnswerSpec(16, 20, true, ResponseFormat.TEXT)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new AnswerSpec(0, null, false, ResponseFormat.TEXT))
                .hasMessage("field 'n' is 0, but it must be from 1 to 16");
        assertThatThrownBy(() -> new AnswerSpec(17, null, false, ResponseFormat.TEXT))
                .hasMessageContaining("1 to 16");
        assertThatThrownBy(() -> new AnswerSpec(1, 21, false, ResponseFormat.TEXT))
                .hasMessageContaining("0 to 20");
        assertThatThrownBy(() -> new ResponseFormat.JsonSchema("", "{}")).hasMessageContaining("1 to 64 characters");
        assertThatThrownBy(() -> new ResponseFormat.AvroSchema("x".repeat(65_537)))
                .hasMessageContaining("65537");
    }

    @Test
    void onlyAPromptWithEchoMayWantNoText() {
        Sampling none = new Sampling(0, null, null, null, null, null, null, null, null, null, null);
        AnswerSpec echo = new AnswerSpec(1, 0, true, ResponseFormat.TEXT);
        AnswerSpec formed = new AnswerSpec(1, 0, true, new ResponseFormat.JsonObject());
        Input text = new Input.Text("x");
        Input chat = new Input.Chat(List.of(new Message("user", "x")));
        assertThatCode(() -> asking(text, none, echo)).doesNotThrowAnyException();
        assertThatThrownBy(() -> asking(text, none, AnswerSpec.TEXT))
                .hasMessageContaining("0 is for a prompt with echo");
        assertThatThrownBy(() -> asking(text, none, formed)).hasMessageContaining("field 'max_tokens'");
        assertThatThrownBy(() -> asking(chat, Sampling.UNSAID, echo)).hasMessageContaining("field 'echo'");
    }

    private static Prompt asking(Input input, Sampling sampling, AnswerSpec answer) {
        return new Prompt(
                new RequestId("j", "1"),
                Dialect.PLAIN,
                "t",
                null,
                input,
                sampling,
                answer,
                Priority.BULK,
                null,
                Map.of(),
                null,
                Delivery.WHOLE);
    }

    @Test
    void chatHasMessagesButNotTooMany() {
        List<Message> most = Collections.nCopies(1024, new Message("user", ""));
        List<Message> more = Collections.nCopies(1025, new Message("user", ""));
        assertThatCode(() -> new Input.Chat(most)).doesNotThrowAnyException();
        assertThatThrownBy(() -> new Input.Chat(more)).hasMessageContaining("1025 messages");
        assertThatThrownBy(() -> new Input.Chat(List.of())).hasMessageContaining("1 to 1024");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "User", "tool", "developer"})
    void roleIsOneOfThree(String role) {
        assertThatThrownBy(() -> new Message(role, "x")).hasMessageContaining("one of system, user, assistant");
    }

    @Test
    void emptyTextIsNoPrompt() {
        assertThatThrownBy(() -> new Input.Text("")).hasMessage("field 'prompt' is '', but it must not be empty");
    }

    @Test
    void tenantAndModelKeepTheirLimits() {
        assertThatCode(() -> prompt("t".repeat(128), "m".repeat(256), Map.of())).doesNotThrowAnyException();
        assertThatThrownBy(() -> prompt("", null, Map.of())).hasMessageContaining("field 'tenant'");
        assertThatThrownBy(() -> prompt("t".repeat(129), null, Map.of())).hasMessageContaining("field 'tenant'");
        assertThatThrownBy(() -> prompt("t", "", Map.of())).hasMessageContaining("field 'model'");
        assertThatThrownBy(() -> prompt("t", "m".repeat(257), Map.of())).hasMessageContaining("field 'model'");
    }

    @Test
    void metadataIsSmall() {
        Map<String, String> most = new HashMap<>();
        IntStream.range(0, 16).forEach(i -> most.put("k".repeat(63) + Integer.toHexString(i), "v".repeat(512)));
        Map<String, String> more = new HashMap<>(most);
        more.put("one", "more");
        assertThatCode(() -> prompt("t", null, most)).doesNotThrowAnyException();
        assertThatThrownBy(() -> prompt("t", null, more)).hasMessageContaining("17 pairs");
        assertThatThrownBy(() -> prompt("t", null, Map.of("", "v"))).hasMessageContaining("keys of 1 to 64");
        assertThatThrownBy(() -> prompt("t", null, Map.of("k".repeat(65), "v")))
                .hasMessageContaining("keys of 1 to 64");
        assertThatThrownBy(() -> prompt("t", null, Map.of("k", "v".repeat(513))))
                .hasMessageContaining("field 'metadata.k'")
                .hasMessageContaining("at most 512 characters");
    }

    @Test
    void valuesDoNotChangeWithWhatTheyWereMadeFrom() {
        // Given
        List<String> stops = new ArrayList<>(List.of("a"));
        Map<String, String> metadata = new HashMap<>(Map.of("k", "v"));
        List<Message> messages = new ArrayList<>(List.of(new Message("user", "x")));
        Sampling sampling = stops(stops);
        Prompt prompt = prompt("t", null, metadata);
        Input.Chat chat = new Input.Chat(messages);

        // When
        stops.add("b");
        metadata.clear();
        messages.clear();

        // Then
        assertThat(sampling.stop()).containsExactly("a");
        assertThat(prompt.metadata()).containsExactly(Map.entry("k", "v"));
        assertThat(chat.messages()).hasSize(1);
    }

    @Test
    void assignmentNeedsAModelAndCountsFromOne() {
        Prompt open = prompt("t", null, Map.of());
        Prompt chosen = open.resolved("m", Sampling.UNSAID);
        assertThatThrownBy(() -> new Assignment(open, "bulk", 1, Instant.EPOCH)).hasMessageContaining("field 'model'");
        assertThatThrownBy(() -> new Assignment(chosen, "bulk", 0, Instant.EPOCH))
                .hasMessageContaining("at least 1");
        assertThat(chosen.model()).isEqualTo("m");
    }

    @Test
    void usageIsNotNegativeAndAddsUp() {
        assertThat(new Usage(2, 3).totalTokens()).isEqualTo(5);
        assertThatThrownBy(() -> new Usage(-1, 0)).hasMessageContaining("must not be negative");
        assertThatThrownBy(() -> new Usage(0, -1)).hasMessageContaining("must not be negative");
    }

    @Test
    void longValuesAreShortenedInMessages() {
        // Given
        String value = "x".repeat(10_000);

        // When
        InvalidFieldException e = new InvalidFieldException("prompt", value, "must be short");

        // Then
        assertThat(e.getMessage()).hasSizeLessThan(200).contains("… (10002 characters)");
        assertThat(e.field()).isEqualTo("prompt");
        assertThat(e.rule()).isEqualTo("must be short");
    }

    @Test
    void rejectionOfAPromptKeepsWhoseItWas() {
        // Given
        Prompt prompt = prompt("press", null, Map.of("k", "v"));

        // When
        Rejection rejection = Rejection.of(prompt, ErrorCode.NO_ROUTE, "no route", null, Instant.EPOCH);

        // Then
        assertThat(rejection.request()).isEqualTo(prompt.request());
        assertThat(rejection.dialect()).isEqualTo(prompt.dialect());
        assertThat(rejection.tenant()).isEqualTo("press");
        assertThat(rejection.source()).isEqualTo("f:1");
        assertThat(rejection.metadata()).isEqualTo(prompt.metadata());
    }

    @ParameterizedTest
    @EnumSource
    void errorCodeIsNamedInSnakeCaseAndExplainedInASentence(ErrorCode code) {
        assertThat(code.code()).matches("[a-z]+(_[a-z]+)*");
        assertThat(code.explanation()).matches("[A-Z].*[.]").hasSizeGreaterThan(20);
    }

    private static Sampling stops(List<String> stop) {
        return new Sampling(null, null, null, null, null, null, null, null, null, null, stop);
    }

    private static Sampling sampling(String field, double value) {
        return new Sampling(
                field.equals("max_tokens") ? (Integer) (int) value : null,
                field.equals("max_length") ? (Integer) (int) value : null,
                given(field, "temperature", value),
                field.equals("top_k") ? (Integer) (int) value : null,
                given(field, "top_p", value),
                given(field, "min_p", value),
                given(field, "repetition_penalty", value),
                given(field, "frequency_penalty", value),
                given(field, "presence_penalty", value),
                null,
                null);
    }

    private static @Nullable Double given(String field, String name, double value) {
        return field.equals(name) ? (Double) value : null;
    }

    private static Prompt prompt(String tenant, @Nullable String model, Map<String, String> metadata) {
        return new Prompt(
                new RequestId("j", "1"),
                Dialect.PLAIN,
                tenant,
                model,
                new Input.Text("Once"),
                Sampling.UNSAID,
                Priority.BULK,
                null,
                metadata,
                "f:1");
    }
}

package dev.scriptorium.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Message;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.Sampling;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PromptDecoderTest {
    private static final int RECORD_BYTES_MAX = 4096;
    private static final PromptDecoder DECODER = new PromptDecoder(RECORD_BYTES_MAX);

    @Test
    void readsAllThatAPlainObjectCanSay() {
        // Given
        String json = """
            {"id": "a", "job": "stories", "tenant": "press", "model": "scrivener", "prompt": "Once",
             "max_tokens": 10, "max_length": 20, "temperature": 0.5, "top_k": 3, "top_p": 0.9, "min_p": 0.1,
             "repetition_penalty": 1.2, "frequency_penalty": -1, "presence_penalty": 2, "seed": -9223372036854775808,
             "stop": ["x", "y"], "priority": "interactive", "deadline": "2026-11-24T13:00:00+01:00",
             "metadata": {"topic": "cats"}}\
            """;

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt)
                .isEqualTo(new Prompt(
                        new RequestId("stories", "a"),
                        Dialect.PLAIN,
                        "press",
                        "scrivener",
                        new Input.Text("Once"),
                        new Sampling(10, 20, 0.5, 3, 0.9, 0.1, 1.2, -1.0, 2.0, Long.MIN_VALUE, List.of("x", "y")),
                        Priority.INTERACTIVE,
                        Instant.parse("2026-11-24T12:00:00Z"),
                        Map.of("topic", "cats"),
                        "prompts.jsonl:17"));
    }

    @Test
    void leavesUnsaidWhatNobodySaid() {
        // Given
        String json = "{\"id\": \"a\", \"prompt\": \"Once\", \"temperature\": null, \"stop\": null}";

        // When
        Prompt prompt = accepted(new Arrival(null, bytes(json), null, null, null, Samples.NOON));

        // Then
        assertThat(prompt)
                .isEqualTo(Samples.bare(new RequestId("default", "a"), new Input.Text("Once"), Sampling.UNSAID));
    }

    @Test
    void readsAnOpenAiChatLine() {
        // Given
        String json = """
            {"custom_id": "request-1", "method": "POST", "url": "/v1/chat/completions", "body": {"model": "m",
             "messages": [{"role": "system", "content": "Be brief."},
                          {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}],
             "max_completion_tokens": 5, "user": "press", "n": 1, "stream": false, "logprobs": false, "tools": null,
             "response_format": {"type": "text"}, "stop": "x"}}\
            """;

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt.request()).isEqualTo(new RequestId("default", "request-1"));
        assertThat(prompt.dialect()).isEqualTo(Dialect.OPENAI_CHAT);
        assertThat(prompt.tenant()).isEqualTo("press");
        assertThat(prompt.input())
                .isEqualTo(new Input.Chat(List.of(new Message("system", "Be brief."), new Message("user", "a\nb"))));
        assertThat(prompt.sampling().maxTokens()).isEqualTo(5);
        assertThat(prompt.sampling().stop()).containsExactly("x");
    }

    @Test
    void readsAnOpenAiCompletionsLine() {
        // Given
        String json = """
            {"custom_id": "c", "method": "POST", "url": "/v1/completions",
             "body": {"model": "m", "prompt": "Once", "repeat_penalty": 1.1, "max_tokens": 3, "max_new_tokens": 3}}\
            """;

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt.dialect()).isEqualTo(Dialect.OPENAI_COMPLETIONS);
        assertThat(prompt.input()).isEqualTo(new Input.Text("Once"));
        assertThat(prompt.sampling().repetitionPenalty()).isEqualTo(1.1);
        assertThat(prompt.sampling().maxTokens()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                // url, fields, choices, alternatives, echo, format
                "completions, |\"n\":3,\"logprobs\":5,\"echo\":true,\"max_tokens\":0|, 3, 5, true, text",
                "completions, |\"logprobs\":0|, 1, 0, false, text",
                "completions, |\"logprobs\":false,\"echo\":false|, 1, -1, false, text",
                "chat/completions, |\"logprobs\":true,\"top_logprobs\":20|, 1, 20, false, text",
                "chat/completions, |\"logprobs\":true,\"num_return_sequences\":16|, 16, 0, false, text",
                "chat/completions, |\"logprobs\":false,\"top_logprobs\":0|, 1, -1, false, text",
                "chat/completions, |\"response_format\":{\"type\":\"json_object\"}|, 1, -1, false, json_object",
                "chat/completions, |\"response_format\":{\"type\":\"avro_schema\",\"avro_schema\":\"int\"}|, 1, -1,"
                        + " false, avro_schema",
            })
    void readsWhatTheAnswerShallHold(String url, String fields, int n, int logprobs, boolean echo, String format) {
        // Given
        String input = url.equals("completions")
                ? "\"prompt\":\"Once\""
                : "\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
        String json = "{\"custom_id\":\"c\",\"method\":\"POST\",\"url\":\"/v1/%s\",\"body\":{%s,%s}}"
                .formatted(url, input, fields);

        // When
        AnswerSpec answer = accepted(arrival(json)).answer();

        // Then
        assertThat(answer.n()).isEqualTo(n);
        assertThat(answer.logprobs()).isEqualTo(logprobs < 0 ? null : (Integer) logprobs);
        assertThat(answer.echo()).isEqualTo(echo);
        assertThat(answer.format().type()).isEqualTo(format);
    }

    @Test
    void readsAJsonSchemaAsItStands() {
        // Given
        String json = """
            {"id": "a", "prompt": "x</s>", "special_tokens": true, "logprobs": 2, "response_format":
             {"type": "json_schema", "json_schema": {"name": "pet", "strict": true, "schema":
              {"type": "object", "properties": {"b": {"type": "number", "maximum": 1.50}, "a": true}}}}}\
            """;

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt.input()).isEqualTo(new Input.Text("x</s>", true));
        assertThat(prompt.answer())
                .isEqualTo(new AnswerSpec(
                        1,
                        2,
                        false,
                        new ResponseFormat.JsonSchema(
                                "pet",
                                "{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"number\",\"maximum\":1.50},"
                                        + "\"a\":true}}")));
    }

    @Test
    void readsAnAvroRecord() {
        // Given
        byte[] value = SingleObject.ofAllReleased().encode(AvroEvents.write(Samples.prompt()));

        // When
        Prompt prompt = accepted(new Arrival("key", value, "h", "h", "prompts.jsonl:17", Samples.NOON));

        // Then
        assertThat(new EventCodec().contentDigest(prompt)).isEqualTo(new EventCodec().contentDigest(Samples.prompt()));
        assertThat(prompt.dialect()).isEqualTo(Dialect.AVRO);
        assertThat(prompt.source()).isEqualTo("prompts.jsonl:17");
    }

    @Test
    void takesTheIdFromTheKeyWhereTheValueHasNone() {
        // Given
        Arrival arrival = new Arrival("k1", bytes("{\"prompt\": \"Once\"}"), "j", "t", null, Samples.NOON);

        // When
        Prompt prompt = accepted(arrival);

        // Then
        assertThat(prompt.request()).isEqualTo(new RequestId("j", "k1"));
        assertThat(prompt.tenant()).isEqualTo("t");
    }

    @Test
    void takesTheIdFromTheKeyWhereALineHasNone() {
        // Given
        String json = "{\"method\":\"POST\",\"url\":\"/v1/completions\",\"body\":{\"prompt\":\"x\"}}";

        // When
        Prompt prompt = accepted(new Arrival("k1", bytes(json), null, null, null, Samples.NOON));

        // Then
        assertThat(prompt.request().id()).isEqualTo("k1");
    }

    @Test
    void prefersTheValuesOwnWordsToKeyAndHeaders() {
        // Given
        String json = "{\"id\": 18446744073709551616, \"job\": \"a\", \"tenant\": \"b\", \"prompt\": \"Once\"}";

        // When
        Prompt prompt = accepted(new Arrival("k", bytes(json), "j", "t", null, Samples.NOON));

        // Then
        assertThat(prompt.request()).isEqualTo(new RequestId("a", "18446744073709551616"));
        assertThat(prompt.tenant()).isEqualTo("b");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheText() {
        // Given
        String json = "\ufeff{\"id\": \"a\", \"prompt\": \"Once\"}\r\n";

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt.request().id()).isEqualTo("a");
    }

    @Test
    void refusesUnderTheIdOfALineThatBreaksLater() {
        // Given
        String json = "{\"custom_id\": \"c-9\", \"url\": \"/v1/completions\", \"body\": {\"job\": \"j\", \"prompt\": ";

        // When
        Rejection rejection = refused(arrival(json));

        // Then
        assertThat(rejection.request()).isEqualTo(new RequestId("j", "c-9"));
        assertThat(rejection.dialect()).isEqualTo(Dialect.OPENAI_COMPLETIONS);
        assertThat(rejection.code()).isEqualTo(ErrorCode.MALFORMED);
    }

    @Test
    void refusesALongRecordUnreadUnderTheIdAtItsStart() {
        // Given
        String json = "{\"id\": \"long\", \"prompt\": \"" + "x".repeat(5 * RECORD_BYTES_MAX) + "\"}";

        // When
        Rejection rejection = refused(arrival(json));

        // Then
        assertThat(rejection.request().id()).isEqualTo("long");
        assertThat(rejection.code()).isEqualTo(ErrorCode.PROMPT_TOO_LARGE);
        assertThat(rejection.message()).contains("" + bytes(json).length).contains("" + RECORD_BYTES_MAX);
    }

    @Test
    void keepsTheMetadataOfWhatItRefuses() {
        // Given
        String json =
                "{\"id\": \"a\", \"metadata\": {\"topic\": \"cats\", \"n\": 3}, \"prompt\": \"\", \"temperature\": -1}";

        // When
        Rejection rejection = refused(arrival(json));

        // Then
        assertThat(rejection.metadata()).isEqualTo(Map.of("topic", "cats"));
        assertThat(rejection.rejectedAt()).isEqualTo(Samples.NOON);
        assertThat(rejection.source()).isEqualTo("prompts.jsonl:17");
    }

    @Test
    void aRedeliveredRefusalHasTheSameDigest() {
        // Given
        Arrival arrival = arrival("{\"id\": \"a\"}");

        // When
        Decoded first = DECODER.decode(arrival);

        // Then
        assertThat(DECODER.decode(arrival)).isEqualTo(first);
        assertThat(((Decoded.Refused) first).contentDigest()).hasSize(64);
    }

    @Test
    void aRecordWithoutAnyIdIsUnreadable() {
        // Given
        Arrival arrival = new Arrival(null, bytes("hello"), null, null, "f:1", Samples.NOON);

        // When
        Decoded decoded = DECODER.decode(arrival);

        // Then
        assertThat(decoded).isInstanceOf(Decoded.Unreadable.class);
        assertThat(((Decoded.Unreadable) decoded).reason()).startsWith("f:1: ");
    }

    @Test
    void everyExampleIsAPrompt() throws IOException {
        // Given
        List<String> lines = Files.readAllLines(Path.of("examples/prompts.jsonl"));

        // When
        List<Prompt> prompts =
                lines.stream().map(line -> accepted(arrival(line))).toList();

        // Then
        assertThat(prompts).isNotEmpty().extracting(Prompt::request).doesNotHaveDuplicates();
    }

    @Test
    void aTombstoneCancelsTheRequestOfItsKeyAndHeader() {
        // Given
        Arrival tombstone = new Arrival("a", null, "stories", null, null, Samples.NOON);

        // When
        Decoded decoded = DECODER.decode(tombstone);

        // Then
        assertThat(decoded)
                .isEqualTo(new Decoded.Cancelled(new Cancellation(
                        new Cancellation.Target.OfRequest(new RequestId("stories", "a")), "", Samples.NOON)));
    }

    @Test
    void aTombstoneWithoutAKeyThatCanBeAnIdIsUnreadable() {
        // Given
        Arrival keyless = new Arrival(null, null, null, null, null, Samples.NOON);
        Arrival odd = new Arrival("a\n", null, null, null, null, Samples.NOON);

        // When
        List<Decoded> decoded = List.of(DECODER.decode(keyless), DECODER.decode(odd));

        // Then
        assertThat(decoded).hasOnlyElementsOfType(Decoded.Unreadable.class);
    }

    @Test
    void readsHowTheAnswerIsWanted() {
        // Given
        String json =
                "{\"id\":\"a\",\"prompt\":\"x\",\"stream\":true,\"on_deadline\":\"partial\",\"on_cancel\":\"reject\"}";

        // When
        Prompt prompt = accepted(arrival(json));

        // Then
        assertThat(prompt.delivery())
                .isEqualTo(new Delivery(true, Delivery.Unfinished.PARTIAL, Delivery.Unfinished.REJECT));
    }

    private Prompt accepted(Arrival arrival) {
        Decoded decoded = DECODER.decode(arrival);
        assertThat(decoded).isInstanceOf(Decoded.Accepted.class);
        return ((Decoded.Accepted) decoded).prompt();
    }

    private Rejection refused(Arrival arrival) {
        Decoded decoded = DECODER.decode(arrival);
        assertThat(decoded).isInstanceOf(Decoded.Refused.class);
        return ((Decoded.Refused) decoded).rejection();
    }

    private static Arrival arrival(String json) {
        return new Arrival(null, bytes(json), null, null, "prompts.jsonl:17", Samples.NOON);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

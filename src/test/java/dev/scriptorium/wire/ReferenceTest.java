package dev.scriptorium.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Golden;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.InvalidFieldException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The pages under {@code docs/reference} say what the code says. */
class ReferenceTest {
    @Test
    void errorCodesAreDocumented() {
        // Given
        StringBuilder page = new StringBuilder("""
            # Error codes

            Every request that ends without text ends with one of these. A plain answer carries it as `error.code`, an
            OpenAI line as `response.body.error.code` beside `response.status_code`, Avro as `code` in capitals
            (`schemas/rejection.avsc`). This page is generated: `mvn test -Dtest=ReferenceTest -Dgolden.update=true`.

            | code | status | meaning |
            |---|---|---|
            """);

        // When
        for (ErrorCode code : ErrorCode.values()) {
            page.append("| `%s` | %d | %s |\n".formatted(code.code(), AnswerWriter.status(code), code.explanation()));
        }

        // Then
        Golden.check("docs/reference/error-codes.md", page.toString());
    }

    @Test
    void requestFieldsAreDocumented() {
        // Given
        StringBuilder page = new StringBuilder("""
            # Request fields

            A prompt is one JSON object: plain, `{"id": …, "prompt": …}` or `{"id": …, "messages": …}`, or a line of
            OpenAI's batch format, `{"custom_id": …, "method": "POST", "url": …, "body": {…}}` with the url
            `/v1/chat/completions` or `/v1/completions` and these fields in its body. `null` is the same as not there.
            Any other field is refused by name. Avro says the same things: `schemas/prompt.avsc`.
            This page is generated: `mvn test -Dtest=ReferenceTest -Dgolden.update=true`.

            | field | also accepted as | type | rule | if not given | meaning |
            |---|---|---|---|---|---|
            """);

        // When
        for (RequestField field : RequestField.values()) {
            List<String> aliases = new ArrayList<>();
            field.names().stream().skip(1).forEach(alias -> aliases.add("`" + alias + "`"));
            page.append("| `%s` | %s | %s | %s | %s | %s |\n"
                    .formatted(
                            field.key(),
                            String.join(", ", aliases),
                            field.type(),
                            field.limits(),
                            field.fallback(),
                            field.meaning()));
        }
        page.append("""

            A record's headers `scriptorium-job` and `scriptorium-tenant` say job and tenant where the value does not.
            A name and its alias may both be given if they say the same.

            ## Known elsewhere, not supported here

            Clients send some of these unasked, so a value that asks for nothing is accepted. Anything else is refused.

            | field | accepted values, beside `null` |
            |---|---|
            """);
        for (Map.Entry<String, List<String>> field : RequestField.UNSUPPORTED.entrySet()) {
            String values = field.getValue().isEmpty() ? "none" : "`" + String.join("`, `", field.getValue()) + "`";
            page.append("| `%s` | %s |\n".formatted(field.getKey(), values));
        }

        // Then
        Golden.check("docs/reference/request-fields.md", page.toString());
    }

    @ParameterizedTest
    @EnumSource(
            value = RequestField.class,
            names = {"TEMPERATURE", "TOP_P", "MIN_P", "REPETITION_PENALTY", "FREQUENCY_PENALTY", "PRESENCE_PENALTY"})
    void documentedRuleIsTheOneThatIsKept(RequestField field) {
        // Given
        PromptDecoder decoder = new PromptDecoder(1 << 20);
        String json = "{\"id\":\"a\",\"prompt\":\"x\",\"%s\":-1e9}".formatted(field.key());

        // When
        Decoded decoded = decoder.decode(new Arrival(null, json.getBytes(UTF_8), null, null, null, Samples.NOON));

        // Then
        assertThat(decoded)
                .isInstanceOfSatisfying(
                        Decoded.Refused.class,
                        refused -> assertThat(refused.rejection().message())
                                .isEqualTo(new InvalidFieldException(field.key(), -1e9, "must be " + field.limits())
                                        .getMessage()));
    }
}

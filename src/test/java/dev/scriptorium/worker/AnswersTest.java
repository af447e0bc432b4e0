package dev.scriptorium.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.event.AnswerSpec;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Echo;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.event.TokenLogprob;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What an answer holds beside one text: choices, log probabilities, the prompt again, a form. */
class AnswersTest {
    private static final ResponseFormat NESTED =
            new ResponseFormat.JsonSchema("nested", "{\"type\":\"array\",\"maxItems\":1,\"items\":{\"$ref\":\"#\"}}");

    @Test
    void givesEveryChoiceTheTextThatItsSeedGivesAlone() {
        // Given
        Desk desk = new Desk(Desk.limits(8, 32));
        desk.offer(asking("four", 6, new AnswerSpec(4, null, false, ResponseFormat.TEXT), null));
        desk.offer(asking("one", 6, AnswerSpec.TEXT, null));

        // When
        desk.finishAll();

        // Then
        Completion four = desk.completion("four");
        assertThat(four.choices()).hasSize(4);
        assertThat(four.choices().stream().map(Choice::seed).distinct()).hasSize(4);
        assertThat(four.choices().stream().map(Choice::text).distinct().count()).isGreaterThan(1);
        assertThat(four.choices().getFirst().seed()).isEqualTo(four.sampling().seed());
        assertThat(four.usage().completionTokens())
                .isEqualTo(four.choices().stream()
                        .mapToInt(Choice::completionTokens)
                        .sum());
        for (int choice = 0; choice < 4; choice++) {
            Desk alone = new Desk(Desk.limits(1, 32));
            alone.offer(Desk.prompt(
                    "alone",
                    new Input.Text("ABCDEFGH"),
                    new dev.scriptorium.event.Sampling(
                            6,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            null,
                            four.choices().get(choice).seed(),
                            null),
                    null));
            alone.finishAll();
            assertThat(four.choices().get(choice).text())
                    .isEqualTo(alone.completion("alone").text());
        }
        assertThat(desk.model.openSequences()).isZero();
    }

    @Test
    void rejectsAllChoicesOnceWhereOneIsLate() {
        // Given
        Desk desk = new Desk(Desk.limits(2, 32));
        desk.offer(asking("late", 40, new AnswerSpec(5, null, false, ResponseFormat.TEXT), Desk.START.plusSeconds(5)));
        desk.turn();
        desk.turn();
        desk.pass(java.time.Duration.ofSeconds(5));

        // When
        desk.finishAll();

        // Then
        assertThat(desk.rejection("late").code()).isEqualTo(ErrorCode.DEADLINE_EXCEEDED);
        assertThat(desk.model.openSequences()).isZero();
        assertThat(desk.worker.counts().inHandTokens()).isZero();
    }

    @Test
    void tellsHowLikelyEveryTokenOfThePromptWas() {
        // Given
        Desk desk = new Desk(Desk.limits(2, 3));
        desk.offer(asking("score", 0, new AnswerSpec(1, 2, true, ResponseFormat.TEXT), null));

        // When
        desk.finishAll();

        // Then
        Completion completion = desk.completion("score");
        assertThat(completion.text()).isEmpty();
        assertThat(completion.usage().completionTokens()).isZero();
        assertThat(completion.choices().getFirst().logprobs()).isEmpty();
        Echo echo = java.util.Objects.requireNonNull(completion.echo());
        List<TokenLogprob> tokens = java.util.Objects.requireNonNull(echo.logprobs());
        assertThat(echo.text()).isEqualTo("ABCDEFGH");
        assertThat(tokens).hasSize(9);
        assertThat(tokens.getFirst().logprob()).isNull();
        assertThat(tokens.stream().skip(1).map(each -> each.token().text()))
                .containsExactly("A", "B", "C", "D", "E", "F", "G", "H");
        assertThat(tokens.stream().skip(1).map(TokenLogprob::textOffset)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(tokens.stream().skip(1)).allSatisfy(each -> {
            assertThat(each.logprob()).isNegative();
            assertThat(each.top()).hasSize(2);
            assertThat(each.top().getFirst().logprob()).isGreaterThanOrEqualTo(each.logprob());
        });
        assertThat(desk.model.openSequences()).isZero();
    }

    @Test
    void scoresTheSameWhetherThePromptPassesInOnePieceOrMany() {
        // Given
        Desk pieces = new Desk(Desk.limits(2, 2));
        Desk whole = new Desk(Desk.limits(2, 64));

        // When
        for (Desk desk : List.of(pieces, whole)) {
            desk.offer(asking("score", 5, new AnswerSpec(2, 3, true, ResponseFormat.TEXT), null));
            desk.finishAll();
        }

        // Then
        assertThat(pieces.completion("score").echo())
                .isEqualTo(whole.completion("score").echo());
        assertThat(pieces.completion("score").choices())
                .isEqualTo(whole.completion("score").choices());
        assertThat(whole.completion("score").choices())
                .allSatisfy(choice -> assertThat(choice.logprobs()).hasSize(choice.completionTokens()));
    }

    @Test
    void givesTextOfTheFormOrSaysThatThereIsNone() {
        // Given
        Desk desk = new Desk(Desk.limits(8, 64));
        for (int i = 0; i < 40; i++) {
            desk.offer(asking("" + i, 6, new AnswerSpec(1, null, false, NESTED), null));
        }

        // When
        desk.finishAll();

        // Then
        int texts = 0;
        for (int i = 0; i < 40; i++) {
            if (desk.outcomes.get("" + i) instanceof Completion completion) {
                texts++;
                assertThat(completion.text()).isIn("[]", "[[]]", "[[[]]]");
                assertThat(completion.sampling().responseFormatDigest()).startsWith("sha256:");
            } else {
                assertThat(desk.rejection("" + i).code()).isEqualTo(ErrorCode.SCHEMA_VIOLATION);
            }
        }
        assertThat(texts).isBetween(1, 39);
    }

    @Test
    void refusesASchemaThatItCannotEnforceByTheNameOfItsKeyword() {
        // Given
        Desk desk = new Desk(Desk.limits(2, 8));
        ResponseFormat format = new ResponseFormat.JsonSchema("mail", "{\"type\":\"string\",\"format\":\"email\"}");

        // When
        desk.offer(asking("1", 6, new AnswerSpec(1, null, false, format), null));
        desk.finishAll();

        // Then
        assertThat(desk.rejection("1").code()).isEqualTo(ErrorCode.INVALID_VALUE);
        assertThat(desk.rejection("1").field()).isEqualTo("response_format");
        assertThat(desk.rejection("1").message()).contains("keyword 'format' is not supported");
    }

    @Test
    void refusesMoreLogProbabilitiesThanAnAnswerHasRoomFor() {
        assertThatCode(() -> Preparation.requireRoom(new AnswerSpec(1, 20, true, ResponseFormat.TEXT), 4096, 4096))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> Preparation.requireRoom(new AnswerSpec(16, 20, false, ResponseFormat.TEXT), 10, 1000))
                .isInstanceOfSatisfying(Preparation.Refusal.class, refusal -> {
                    assertThat(refusal.field()).isEqualTo("top_logprobs");
                    assertThat(refusal.words())
                            .isEqualTo("field 'top_logprobs' is 20, which for 16 choices of up to 1000 tokens is 336000"
                                    + " log probabilities, but an answer has room for 262144");
                });
    }

    private static Prompt asking(String id, int maxTokens, AnswerSpec answer, @Nullable Instant deadline) {
        return new Prompt(
                new RequestId("job", id),
                Dialect.PLAIN,
                "default",
                "fake",
                new Input.Text("ABCDEFGH"),
                Desk.saying(maxTokens, null, null),
                answer,
                Priority.BULK,
                deadline,
                Map.of(),
                null,
                Delivery.WHOLE);
    }
}

package dev.scriptorium.batch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.batch.LineIntake.Decision;
import dev.scriptorium.event.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class LineIntakeTest {
    private static final Instant NOW = Instant.parse("2026-11-24T09:00:00Z");
    private static final int RECORD_BYTES_MAX = 200;

    private final LineIntake intake = new LineIntake("nightly", "prompts.jsonl", RECORD_BYTES_MAX);

    @Test
    void sendsALineUnderItsOwnId() {
        // When
        Decision decision = decide(7, "{\"id\": \"a\", \"prompt\": \"The moon is\"}");

        // Then
        assertThat(decision).isInstanceOfSatisfying(Decision.Send.class, send -> {
            assertThat(send.key()).isEqualTo("nightly/a");
            assertThat(send.source()).isEqualTo("prompts.jsonl:7");
        });
    }

    @Test
    void namesALineWithoutIdAfterItsPlace() {
        // When
        Decision decision = decide(7, "{\"prompt\": \"The moon is\"}");

        // Then
        assertThat(decision).isInstanceOfSatisfying(Decision.Send.class, send -> {
            assertThat(send.key()).isEqualTo("nightly/line-7");
            assertThat(send.recordKey()).isEqualTo("line-7");
        });
    }

    @Test
    void sendsALineThatIsWrongInItselfBecauseThePipelineAnswersIt() {
        // When
        Decision decision = decide(1, "not JSON");

        // Then
        assertThat(decision).isInstanceOf(Decision.Send.class);
    }

    @Test
    void skipsABlankLine() {
        // When
        Decision decision = decide(1, "  \t\r");

        // Then
        assertThat(decision).isEqualTo(new Decision.Skip());
    }

    @Test
    void refusesALineOverTheLimitWithBothNumbers() {
        // When
        Decision decision = decide(3, "{\"id\": \"a\", \"prompt\": \"" + "x".repeat(RECORD_BYTES_MAX) + "\"}");

        // Then
        checkRefused(
                decision, ErrorCode.PROMPT_TOO_LARGE, "prompts.jsonl:3: has 225 bytes, but a prompt has at most 200");
    }

    @Test
    void refusesTheSecondUseOfAnIdAndNamesTheFirst() {
        // Given
        decide(1, "{\"id\": \"a\", \"prompt\": \"The moon is\"}");

        // When
        Decision decision = decide(2, "{\"id\": \"a\", \"prompt\": \"The sun is\"}");

        // Then
        checkRefused(
                decision,
                ErrorCode.ID_CONFLICT,
                "prompts.jsonl:2: id 'a' is used on line 1 already, but an id must be unique within its job");
    }

    @Test
    void refusesALineOfAnotherJobAndSaysHowToRunIt() {
        // When
        Decision decision = decide(1, "{\"id\": \"a\", \"job\": \"weekly\", \"prompt\": \"The moon is\"}");

        // Then
        checkRefused(
                decision,
                ErrorCode.INVALID_VALUE,
                "prompts.jsonl:1: field 'job' is 'weekly', but this run is the job 'nightly'; leave the field out,"
                        + " or use --job weekly");
    }

    private Decision decide(long number, String line) {
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        return intake.decide(new PromptLines.Line(number, bytes, bytes.length, true), NOW);
    }

    private static void checkRefused(Decision decision, ErrorCode code, String message) {
        assertThat(decision).isInstanceOfSatisfying(Decision.Refuse.class, refuse -> {
            assertThat(refuse.rejection().code()).isEqualTo(code);
            assertThat(refuse.rejection().message()).isEqualTo(message);
        });
    }
}

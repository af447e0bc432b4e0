package dev.scriptorium.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.wire.confluent.AnswerFrame;
import dev.scriptorium.wire.confluent.AnswerSchema;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How the ids of our answers' schemas are learnt, and what stops a start. */
class AnswerRegistrationTest {
    private static final Map<AnswerSchema, String> SUBJECTS = Map.of(
            AnswerSchema.COMPLETION, "completions-value",
            AnswerSchema.REJECTION, "rejections-value",
            AnswerSchema.PIECE, "tokens-value");
    private static final byte[] SINGLE = {(byte) 0xc3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 42};

    private final FakeRegistry served = FakeRegistry.start();

    AnswerRegistrationTest() throws IOException {}

    @AfterEach
    void close() {
        served.close();
    }

    private AnswerFrame learn(boolean register, URI url) {
        return new AnswerRegistration(SUBJECTS, register, Duration.ofMillis(50))
                .learn(new RegistrySettings(url, null, null, Duration.ofSeconds(10), Duration.ofMillis(5)));
    }

    @Test
    void asksOnceForEachAndGivesTheSameIdsAgain() {
        // Given
        AnswerFrame first = learn(true, served.url());

        // When
        AnswerFrame again = learn(true, served.url());

        // Then
        assertThat(served.asked()).hasSize(6).allMatch(each -> each.matches("POST .*/subjects/[a-z]+-value/versions"));
        for (AnswerSchema schema : AnswerSchema.values()) {
            assertThat(first.close(schema, SINGLE)).startsWith(0, 0, 0, 0).endsWith(42);
            assertThat(again.close(schema, SINGLE)).isEqualTo(first.close(schema, SINGLE));
        }
    }

    @Test
    void findsTheIdsOfSchemasThatOthersRegistered() {
        // Given
        SUBJECTS.forEach((schema, subject) -> served.add(subject, "AVRO", schema.text(), List.of()));

        // When
        AnswerFrame frame = learn(false, served.url());

        // Then
        assertThat(frame.close(AnswerSchema.PIECE, SINGLE)).hasSize(6).startsWith(0, 0, 0, 0);
        assertThat(served.asked()).noneMatch(each -> each.endsWith("/versions"));
    }

    @Test
    void refusesToStartWithoutASchemaThatMustBeThere() {
        // Given an empty registry

        // When / Then
        assertThatThrownBy(() -> learn(false, served.url()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("-value' not found")
                .hasMessageContaining("answers 404")
                .hasMessageContaining("registry.auto_register");
    }

    @Test
    void refusesToStartWhereTheRegistryHoldsAnIncompatibleSchema() {
        // Given
        served.add("completions-value", "AVRO", "\"string\"", List.of());

        // When / Then
        assertThatThrownBy(() -> learn(true, served.url()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "the id of dev.scriptorium.wire.avro.CompletionEvent under subject 'completions-value'")
                .hasMessageContaining("answers 409 (Schema being registered is incompatible)");
    }

    @Test
    void givesUpARegistryThatIsAwayForTooLong() {
        // Given
        served.failWith(503);

        // When / Then
        assertThatThrownBy(() -> learn(true, served.url()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is not told within")
                .hasMessageContaining("answers 503");
        assertThat(served.asked()).hasSizeGreaterThan(1);
    }
}

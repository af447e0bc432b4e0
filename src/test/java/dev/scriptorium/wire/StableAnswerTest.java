package dev.scriptorium.wire;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Timings;
import dev.scriptorium.wire.file.StableAnswer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StableAnswerTest {
    private final AnswerWriter writer = new AnswerWriter();
    private final StableAnswer stable = new StableAnswer();

    @ParameterizedTest
    @EnumSource(names = {"PLAIN", "OPENAI_CHAT", "OPENAI_COMPLETIONS"})
    void twoAnswersToOnePromptAreTheSameBytesWhoeverWroteThemAndWhen(Dialect dialect) {
        // Given
        Completion here = Samples.completion(dialect);
        Timings slower = new Timings(Duration.ofDays(1), Duration.ofDays(1), Duration.ofDays(1));
        Completion elsewhere = new Completion(
                here.request(),
                here.dialect(),
                here.tenant(),
                here.choices(),
                here.echo(),
                here.usage(),
                here.sampling(),
                here.provenance(),
                "worker-b",
                here.attempt() + 1,
                slower,
                here.completedAt().plusSeconds(90),
                here.metadata());

        // When
        String one = stable.of(json(here));
        String other = stable.of(json(elsewhere));

        // Then
        assertThat(json(here)).isNotEqualTo(json(elsewhere));
        assertThat(one).isEqualTo(other).contains("It said", "4242424242", "sha256:", "\"topic\":\"a cat\"");
    }

    private String json(Outcome outcome) {
        return new String(writer.write(outcome, AnswerFormat.JSON), StandardCharsets.UTF_8);
    }
}

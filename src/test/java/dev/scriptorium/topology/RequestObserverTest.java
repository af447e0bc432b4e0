package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.completion;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.topology.RequestObserver.Exit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the router tells those who count. */
class RequestObserverTest {
    private final List<String> told = new ArrayList<>();
    private final RouterBench router = new RouterBench(Pipelines.read("""
        models:
          tiny: {path: models/tiny, sampling: {max_tokens: 10}}
        lanes:
          only: {retention: 12h, partitions: 4}
        routes:
          - {name: all, to: only}
        retries: {attempts_max: 3, backoff: 2s, backoff_max: 3s, stalled_after: 10m}
        """), new RequestObserver() {
        @Override
        public void left(Exit exit, String name) {
            told.add(exit + " " + name);
        }

        @Override
        public void ended(Outcome outcome, @Nullable Duration sinceAdmission) {
            String what = switch (outcome) {
                case Completion completion -> completion.finishReason().name();
                case Rejection rejection -> rejection.code().name();
            };
            told.add(what + " " + (sinceAdmission == null ? "at once" : sinceAdmission.toSeconds() + " s"));
        }

        @Override
        public void awaitSchemas(int partition, long records) {
            told.add(records + " wait in " + partition);
        }
    });

    @AfterEach
    void close() {
        router.close();
    }

    private void given(String line) {
        router.prompt(line);
        told.clear();
    }

    @Test
    void tellsOfAPromptThatGoesOnItsLaneAndOfTheSameAgain() {
        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\"}");
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\"}");

        // Then
        assertThat(told).containsExactly(Exit.LANE + " only", Exit.DROPPED + " duplicate");
    }

    @Test
    void tellsHowLongACompletionTookAndOfTheSecondOne() {
        // Given
        given("{\"id\":\"17\",\"prompt\":\"Once\"}");
        router.pass(Duration.ofSeconds(7));

        // When
        router.outcome(completion("17", Dialect.PLAIN, " upon"));
        router.outcome(completion("17", Dialect.PLAIN, " upon"));

        // Then
        assertThat(told).containsExactly("STOP 7 s", Exit.DROPPED + " repeated");
    }

    @Test
    void tellsOfAnotherAttempt() {
        // Given
        given("{\"id\":\"17\",\"prompt\":\"Once\"}");
        router.outcome(RouterBench.rejection("17").asRetryable());

        // When
        router.pass(Duration.ofSeconds(3));

        // Then
        assertThat(told).containsExactly(Exit.DROPPED + " retried", Exit.LANE_AGAIN + " only");
    }

    @Test
    void tellsOfADeadlineThatPassed() {
        // Given
        given("{\"id\":\"17\",\"prompt\":\"Once\",\"deadline\":\"2026-11-24T12:00:05Z\"}");

        // When
        router.pass(Duration.ofSeconds(6));

        // Then
        assertThat(told).containsExactly("DEADLINE_EXCEEDED 6 s");
    }

    @Test
    void tellsOfWhatIsRefusedAtOnceAndOfWhatIsPutAside() {
        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"model\":\"other\"}");
        router.prompt(null, bytes("no id"), Map.of(), RouterBench.START);
        router.prompt("{\"id\":\"17\",\"prompt\":\"Twice\"}");

        // Then
        assertThat(told)
                .containsExactly(
                        "MODEL_NOT_FOUND at once", Exit.DEAD_LETTER + " unreadable", Exit.DEAD_LETTER + " conflict");
    }
}

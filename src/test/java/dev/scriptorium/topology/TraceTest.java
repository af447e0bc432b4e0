package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.completion;
import static dev.scriptorium.topology.RouterBench.header;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Dialect;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A trace that begins before the prompt goes on behind its answer. */
class TraceTest {
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final Map<String, String> TRACE = Map.of("traceparent", PARENT, "tracestate", "vendor=1");
    private static final String LINE = "{\"id\":\"17\",\"prompt\":\"Once\"}";

    private RouterBench router = new RouterBench(Pipelines.read("""
        models:
          tiny: {path: models/tiny, sampling: {max_tokens: 10}}
        lanes:
          only: {retention: 12h, partitions: 4}
        routes:
          - {name: all, to: only}
        retries: {attempts_max: 3, backoff: 2s, backoff_max: 3s, stalled_after: 10m}
        """));

    @AfterEach
    void close() {
        router.close();
    }

    private void given(String line, Map<String, String> headers) {
        router.prompt(null, bytes(line), headers, START);
    }

    private static Map<String, String> traceOf(List<TestRecord<byte[], byte[]>> records) {
        assertThat(records).hasSize(1);
        Map<String, String> found = new HashMap<>();
        for (String name : List.of("traceparent", "tracestate", "password")) {
            String value = header(records.get(0), name);
            if (value != null) {
                found.put(name, value);
            }
        }
        return found;
    }

    @Test
    void traceGoesOnToTheLaneAndToTheCompletion() {
        // Given
        given(LINE, TRACE);

        // When
        router.outcome(completion("17", Dialect.PLAIN, " upon a time"));

        // Then
        assertThat(traceOf(router.on("lanes.only"))).isEqualTo(TRACE);
        assertThat(traceOf(router.on("completions"))).isEqualTo(TRACE);
    }

    @Test
    void traceGoesOnToTheRejectionOfAWorker() {
        // Given
        given(LINE, TRACE);

        // When
        router.outcome(RouterBench.rejection("17"));

        // Then
        assertThat(traceOf(router.on("rejections"))).isEqualTo(TRACE);
    }

    @Test
    void traceGoesOnToTheRejectionOfWhatNeverGetsOnALane() {
        // When
        given("{\"id\":\"17\",\"prompt\":\"Once\",\"model\":\"other\"}", TRACE);

        // Then
        assertThat(traceOf(router.on("rejections"))).isEqualTo(TRACE);
    }

    @Test
    void traceGoesOnToTheNextAttemptAlthoughTheRouterWasStartedAnewInBetween() {
        // Given
        given(LINE, TRACE);
        router.outcome(RouterBench.rejection("17").asRetryable());
        router = router.restarted();

        // When
        router.pass(Duration.ofSeconds(3));

        // Then
        assertThat(traceOf(router.on("lanes.only"))).isEqualTo(TRACE);
    }

    @Test
    void traceGoesOnToTheRoutersOwnAnswerAtTheDeadline() {
        // Given
        given("{\"id\":\"17\",\"prompt\":\"Once\",\"deadline\":\"2026-11-24T12:00:05Z\"}", TRACE);

        // When
        router.pass(Duration.ofSeconds(6));

        // Then
        assertThat(traceOf(router.on("rejections"))).isEqualTo(TRACE);
    }

    @Test
    void nothingElseOfThePromptsHeadersGoesOn() {
        // Given
        given(LINE, Map.of("password", "secret"));

        // When
        router.outcome(completion("17", Dialect.PLAIN, " upon a time"));

        // Then
        assertThat(traceOf(router.on("completions"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00-4bf92f3577b34da6a3ce929d0e0e4736",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00F067AA0BA902B7-01",
                PARENT + "\n"
            })
    void whatIsNoTraceIsLeftBehindAndItsStateToo(String parent) {
        // Given
        given(LINE, Map.of("traceparent", parent, "tracestate", "vendor=1"));

        // When
        router.outcome(completion("17", Dialect.PLAIN, " upon a time"));

        // Then
        assertThat(traceOf(router.on("lanes.only"))).isEmpty();
        assertThat(traceOf(router.on("completions"))).isEmpty();
    }

    @Test
    void stateThatIsTooLongIsLeftBehindAndTheTraceGoesOn() {
        // Given
        given(LINE, Map.of("traceparent", PARENT, "tracestate", "v=" + "x".repeat(511)));

        // When
        router.outcome(completion("17", Dialect.PLAIN, " upon a time"));

        // Then
        assertThat(traceOf(router.on("completions"))).isEqualTo(Map.of("traceparent", PARENT));
    }
}

package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.completion;
import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.rejection;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.JobTally;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every way out of the router's second half, and what is remembered how long. */
class SettlementTest {
    private static final String LINE = "{\"id\":\"17\",\"prompt\":\"Once\"}";

    private RouterBench router;

    SettlementTest() throws IOException {
        router = new RouterBench(Pipelines.shipped());
    }

    @AfterEach
    void close() {
        router.close();
    }

    private void given(String line) {
        router.prompt(line);
        router.exits();
    }

    private static TestRecord<byte[], byte[]> only(List<TestRecord<byte[], byte[]>> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    @ParameterizedTest
    @CsvSource({
        "PLAIN, application/json, \"id\":\"17\"",
        "OPENAI_CHAT, application/json, \"custom_id\":\"17\"",
        "OPENAI_COMPLETIONS, application/json, \"custom_id\":\"17\"",
        "AVRO, avro/binary, upon a time"
    })
    void completionIsAnsweredInTheDialectOfItsPrompt(Dialect dialect, String contentType, String part) {
        // Given
        given(LINE);

        // When
        router.outcome(completion("17", dialect, " upon a time"));

        // Then
        TestRecord<byte[], byte[]> answer = only(router.on("completions"));
        assertThat(text(answer.key())).isEqualTo("17");
        assertThat(text(answer.value())).contains(part, "upon a time");
        assertThat(header(answer, RecordHeads.CONTENT_TYPE)).isEqualTo(contentType);
        assertThat(header(answer, Arrival.JOB_HEADER)).isEqualTo("default");
        assertThat(header(answer, Arrival.ID_HEADER)).isEqualTo("17");
        assertThat(header(answer, Arrival.CONTENT_DIGEST_HEADER)).hasSize(64);
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void rejectionOfAWorkerGoesToTheRejections() {
        // Given
        given(LINE);

        // When
        router.outcome(rejection("17"));

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("context_length_exceeded", "600 tokens");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void secondOutcomeIsCountedAndDropped() {
        // Given
        given(LINE);
        router.outcome(completion("17", Dialect.PLAIN, "first"));
        router.exits();

        // When
        router.outcome(rejection("17"));

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.REPEATED)).isEqualTo(1);
    }

    @Test
    void outcomeOfAnUnknownRequestIsPutAside() {
        // Given
        byte[] bytes = RouterBench.CODEC.encode(completion("99", Dialect.PLAIN, "text"));

        // When
        router.outcome("default/99", bytes);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isEqualTo(bytes);
        assertThat(header(dead, Arrival.REASON_HEADER)).contains("no request 'default/99' is known");
        assertThat(header(dead, RecordHeads.ERROR_TOPIC)).isEqualTo("outcomes");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void outcomeOfARefusedRequestIsDropped() {
        // Given
        given("{\"id\":\"17\",\"prompt\":\"Once\",\"temperature\":-1}");

        // When
        router.outcome(completion("17", Dialect.PLAIN, "text"));

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.REPEATED)).isEqualTo(1);
    }

    @Test
    void outcomeThatCannotBeReadIsPutAsideAsItCame() {
        // Given
        given(LINE);
        byte[] bytes = {1, 2, 3};

        // When
        router.outcome("default/17", bytes);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isEqualTo(bytes);
        assertThat(header(dead, Arrival.REASON_HEADER)).contains("no outcome");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void tombstoneOnTheOutcomesTopicIsPutAside() {
        // When
        router.outcome("default/17", null);

        // Then
        assertThat(router.exits()).containsExactly(Map.entry("dead-letters", 1));
    }

    @Test
    void outcomeUnderAnotherKeyIsPutAsideBecauseItMayStandOnAForeignPartition() {
        // Given
        given(LINE);

        // When
        router.outcome("17", RouterBench.CODEC.encode(completion("17", Dialect.PLAIN, "text")));

        // Then
        assertThat(header(only(router.on("dead-letters")), Arrival.REASON_HEADER))
                .contains("another key");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void answerThatIsTooLongForItsTopicBecomesARejection() {
        // Given
        router.close();
        router = new RouterBench(Pipelines.tiny());
        given(LINE);

        // When
        router.outcome(completion("17", Dialect.PLAIN, "long ".repeat(1000)));

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("worker_failed", "at most 4096");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void jobsTallyIsTold() {
        // Given
        router.prompt(LINE);
        router.prompt("{\"id\":\"18\",\"prompt\":\"Twice\",\"temperature\":-1}");

        // When
        router.outcome(completion("17", Dialect.PLAIN, "text"));

        // Then
        List<TestRecord<byte[], byte[]>> told = router.on("jobs");
        TestRecord<byte[], byte[]> last = told.get(told.size() - 1);
        assertThat(text(last.key())).isEqualTo("default");
        assertThat(text(last.value()))
                .isEqualTo("{\"job\":\"default\",\"admitted\":1,\"completed\":1,\"rejected\":1,\"prompt_tokens\":5,"
                        + "\"completion_tokens\":7,\"updated_at\":\"" + START + "\"}");
        assertThat(header(last, RecordHeads.CONTENT_TYPE)).isEqualTo("application/json");
    }

    @Test
    void tallyIsAvroWhereThePipelineSaysSo() {
        // Given
        router.close();
        router = new RouterBench(Pipelines.tiny());

        // When
        router.prompt(LINE);

        // Then
        assertThat(RouterBench.CODEC.jobTally(only(router.on("jobs")).value()))
                .isEqualTo(new JobTally("default", 1, 0, 0, 0, 0, START));
    }

    @Test
    void replayAfterARestartAnswersNothingTwice() {
        // Given
        given(LINE);
        router.outcome(completion("17", Dialect.PLAIN, "text"));
        given("{\"id\":\"18\",\"prompt\":\"Twice\",\"temperature\":-1}");
        router = router.restarted();

        // When
        router.prompt(LINE);
        router.prompt("{\"id\":\"18\",\"prompt\":\"Twice\",\"temperature\":-1}");
        router.outcome(completion("17", Dialect.PLAIN, "text"));

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.DUPLICATE)).isEqualTo(2);
        assertThat(router.dropped(Names.REPEATED)).isEqualTo(1);
    }

    @Test
    void settledIdIsKnownForItsRetentionAndThenForgotten() {
        // Given
        given(LINE);
        router.outcome(completion("17", Dialect.PLAIN, "text"));
        router.exits();
        router.pass(Duration.ofDays(14));
        router.prompt(LINE);
        assertThat(router.exits()).isEmpty();
        router.pass(Settle.SWEEP_INTERVAL);

        // When
        router.prompt(LINE);

        // Then
        assertThat(router.exits()).containsExactly(Map.entry("lanes.bulk", 1));
    }

    @Test
    void openRequestWhosePromptIsGoneFromItsLaneIsGivenUp() {
        // Given
        given(LINE);
        router.pass(Duration.ofDays(21));
        assertThat(router.exits()).isEmpty();

        // When
        router.pass(Settle.SWEEP_INTERVAL);

        // Then
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(text(rejection.key())).isEqualTo("17");
        assertThat(text(rejection.value())).contains("worker_failed", "lane 'bulk'");
        router.outcome(completion("17", Dialect.PLAIN, "late"));
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void storeIsLookedThroughInSlicesThatMeetWithoutGapOrOverlap() {
        // Given
        for (int i = 0; i < 25; i++) {
            router.prompt("{\"id\":\"" + i + "\",\"prompt\":\"Once\"}");
        }
        Requests requests = new Requests(router.requests(), RouterBench.CODEC);
        List<List<String>> slices = new ArrayList<>();

        // When
        String after = null;
        do {
            List<String> slice = new ArrayList<>();
            after = requests.visit("", after, 10, (key, state) -> {
                slice.add(key);
                requests.forget(key);
            });
            slices.add(slice);
        } while (after != null);

        // Then
        assertThat(slices).extracting(List::size).containsExactly(10, 10, 5);
        assertThat(slices.stream().flatMap(List::stream)).hasSize(25).doesNotHaveDuplicates();
    }
}

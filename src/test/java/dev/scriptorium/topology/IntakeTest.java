package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.bytes;
import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Priority;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every way out of the router's first half. */
class IntakeTest {
    private RouterBench router;

    IntakeTest() throws IOException {
        router = new RouterBench(Pipelines.shipped());
    }

    @AfterEach
    void close() {
        router.close();
    }

    private void reopen(Pipeline pipeline) {
        router.close();
        router = new RouterBench(pipeline);
    }

    private static TestRecord<byte[], byte[]> only(List<TestRecord<byte[], byte[]>> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    @ParameterizedTest
    @EnumSource
    void promptGoesOnTheLaneOfItsPriority(Priority priority) {
        // Given
        String word = priority.name().toLowerCase(Locale.ROOT);
        String line = "{\"id\":\"17\",\"prompt\":\"Once\",\"priority\":\"" + word + "\"}";

        // When
        router.prompt(line);

        // Then
        TestRecord<byte[], byte[]> record = only(router.on("lanes." + word));
        assertThat(text(record.key())).isEqualTo("default/17");
        Assignment assignment = RouterBench.CODEC.assignment(record.value());
        assertThat(assignment.lane()).isEqualTo(word);
        assertThat(assignment.attempt()).isEqualTo(1);
        assertThat(assignment.admittedAt()).isEqualTo(START);
        assertThat(assignment.prompt().model()).isEqualTo("scrivener-1m");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void pipelinesSamplingStandsUnderThePrompts() {
        // Given
        reopen(Pipelines.tiny());

        // When
        router.prompt("{\"id\":\"1\",\"prompt\":\"Once\",\"top_k\":7}");

        // Then
        Assignment assignment = router.assignments("lanes.only").get(0);
        assertThat(assignment.prompt().sampling().topK()).isEqualTo(7);
        assertThat(assignment.prompt().sampling().temperature()).isEqualTo(0.25);
    }

    @Test
    void recordWithoutAnIdIsPutAsideAsItCame() {
        // Given
        byte[] value = {(byte) 0xff, 0, '{', 7};

        // When
        router.prompt(null, value, Map.of("mine", "kept"), START);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isEqualTo(value);
        assertThat(dead.key()).isNull();
        assertThat(header(dead, "mine")).isEqualTo("kept");
        assertThat(header(dead, Arrival.REASON_HEADER)).isNotBlank();
        assertThat(header(dead, RecordHeads.ERROR_MESSAGE)).isEqualTo(header(dead, Arrival.REASON_HEADER));
        assertThat(header(dead, RecordHeads.ERROR_TOPIC)).isEqualTo("prompts");
        assertThat(header(dead, RecordHeads.ERROR_PARTITION)).isEqualTo("0");
        assertThat(header(dead, RecordHeads.ERROR_OFFSET)).isEqualTo("0");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void tombstoneWithoutAKeyIsPutAside() {
        // When
        router.prompt(null, null, Map.of(), START);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isNull();
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void invalidPromptIsRejectedUnderItsOwnId() {
        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"temperature\":-1}");

        // Then
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(text(rejection.key())).isEqualTo("17");
        assertThat(text(rejection.value())).contains("temperature", "-1", "invalid_value");
        assertThat(header(rejection, RecordHeads.CONTENT_TYPE)).isEqualTo("application/json");
        assertThat(header(rejection, Arrival.JOB_HEADER)).isEqualTo("default");
        assertThat(header(rejection, Arrival.ID_HEADER)).isEqualTo("17");
        assertThat(header(rejection, Arrival.CONTENT_DIGEST_HEADER)).hasSize(64);
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void unknownModelIsRejectedWithTheNearestOne() {
        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"model\":\"scrivner-1m\"}");

        // Then
        assertThat(text(only(router.on("rejections")).value()))
                .contains("model_not_found", "models: scrivener-1m", "Did you mean 'scrivener-1m'?");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void promptThatNoRouteTakesIsRejected() {
        // Given
        reopen(Pipelines.tiny());

        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"tenant\":\"stranger\"}");

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("no_route", "tenant 'stranger'");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void promptWhoseDeadlineHasPassedIsRejected() {
        // When
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"deadline\":\"2026-11-24T11:59:59Z\"}");

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("deadline_exceeded");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void samePromptAgainIsCountedAndDropped() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\"}");
        router.exits();

        // When
        router.prompt("{\"prompt\":\"Once\",\"id\":\"17\"}");

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void sameInvalidLineAgainIsRejectedOnce() {
        // Given
        String line = "{\"id\":\"17\",\"prompt\":\"Once\",\"temperature\":-1}";
        router.prompt(line);
        router.exits();

        // When
        router.prompt(line);

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void otherContentUnderATakenIdIsPutAsideAsItCame() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\"}");
        router.exits();
        byte[] other = bytes("{\"prompt\" : \"Twice\"}");

        // When
        router.prompt("17", other, Map.of("mine", "kept"), START);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isEqualTo(other);
        assertThat(text(dead.key())).isEqualTo("17");
        assertThat(header(dead, Arrival.REASON_HEADER))
                .contains("id '17' of job 'default' is taken", START.toString(), "waits for its answer");
        assertThat(header(dead, Arrival.JOB_HEADER)).isEqualTo("default");
        assertThat(header(dead, Arrival.ID_HEADER)).isEqualTo("17");
        assertThat(header(dead, RecordHeads.ERROR_TOPIC)).isEqualTo("prompts");
        assertThat(header(dead, RecordHeads.ERROR_OFFSET)).isEqualTo("1");
        assertThat(dead.headers().toArray())
                .extracting("key")
                .doesNotHaveDuplicates()
                .contains("mine")
                .hasSize(8);
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void sameIdInAnotherJobIsAnotherRequest() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\"}");

        // When
        router.prompt("17", bytes("{\"prompt\":\"Twice\"}"), Map.of(Arrival.JOB_HEADER, "other"), START);

        // Then
        assertThat(router.assignments("lanes.bulk"))
                .extracting(assignment -> assignment.prompt().request().key())
                .containsExactly("default/17", "other/17");
    }

    @Test
    void recordOverTheLimitIsRejectedUnread() {
        // Given
        reopen(Pipelines.tiny());
        String line = "{\"id\":\"17\",\"prompt\":\"" + "x".repeat(1500) + "\"}";

        // When
        router.prompt(line);

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("prompt_too_large");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void recordTooLargeToBePutAsideLeavesWordOfWhereItStands() {
        // Given
        reopen(Pipelines.tiny());
        byte[] huge = new byte[10_000];

        // When
        router.prompt("17", huge, Map.of(), START);

        // Then
        TestRecord<byte[], byte[]> dead = only(router.on("dead-letters"));
        assertThat(dead.value()).isEmpty();
        assertThat(header(dead, Arrival.REASON_HEADER)).contains("10002 bytes", "at most 4096");
        assertThat(header(dead, RecordHeads.VALUE_BYTES)).isEqualTo("10000");
        assertThat(header(dead, RecordHeads.ERROR_OFFSET)).isEqualTo("0");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void oldRecordIsAsYoungAsItsAdmissionOnTheLane() {
        // Given
        Instant longAgo = START.minus(Duration.ofDays(1000));

        // When
        router.prompt(null, bytes("{\"id\":\"17\",\"prompt\":\"Once\"}"), Map.of(), longAgo);

        // Then
        assertThat(only(router.on("lanes.bulk")).getRecordTime()).isEqualTo(START);
    }

    @Test
    void headersOfTheSenderDoNotPassForOurs() {
        // Given
        Map<String, String> headers = Map.of("scriptorium-origin-position", "?", "scriptorium-origin-key", "999");

        // When
        router.prompt("17", bytes("{\"prompt\":\"Once\"}"), headers, START);

        // Then
        assertThat(text(only(router.on("lanes.bulk")).key())).isEqualTo("default/17");
    }
}

package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.Arrival;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What may happen to a request between its admission and its answer. */
class LifeTest {
    private static final String LIFE = """
        models:
          tiny: {path: models/tiny, sampling: {max_tokens: 10}}
        lanes:
          only: {retention: 12h, partitions: 4}
        routes:
          - {name: all, to: only}
        retries: {attempts_max: 3, backoff: 2s, backoff_max: 3s, stalled_after: 10m}
        limits: {cancellation_retention: 5m, partial_wait: 30s}
        tenants:
          press: {requests_in_flight_max: 2}
          '*': {tokens_in_flight_max: 100}
          free: {}
        """;
    private static final String PROMPT = "{\"id\":\"17\",\"prompt\":\"Once\",\"tenant\":\"free\"}";

    private RouterBench router = new RouterBench(Pipelines.read(LIFE));

    @AfterEach
    void close() {
        router.close();
    }

    private static <T> T only(List<T> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
    }

    private static Rejection failed(String id) {
        return rejection(id, ErrorCode.WORKER_FAILED).asRetryable();
    }

    private static Rejection rejection(String id, ErrorCode code) {
        return new Rejection(
                new RequestId("default", id), Dialect.PLAIN, "free", code, "words", null, null, START, Map.of());
    }

    private static Completion completion(String id, FinishReason reason) {
        Completion whole = RouterBench.completion(id, Dialect.PLAIN, "Once upon");
        return new Completion(
                whole.request(),
                whole.dialect(),
                whole.tenant(),
                List.of(new Choice(whole.text(), reason, 42, 7, null)),
                whole.echo(),
                whole.usage(),
                whole.sampling(),
                whole.provenance(),
                whole.worker(),
                whole.attempt(),
                whole.timings(),
                whole.completedAt(),
                whole.metadata());
    }

    @Test
    void failureThatMayPassIsTriedAgainAfterABackOff() {
        // Given
        router.prompt(PROMPT);
        router.outcome(failed("17"));
        router.pass(Duration.ofSeconds(1));
        assertThat(router.exits()).containsOnlyKeys("lanes.only");

        // When
        router.pass(Duration.ofSeconds(2));

        // Then
        Assignment again = only(router.assignments("lanes.only"));
        assertThat(again.attempt()).isEqualTo(2);
        assertThat(again.admittedAt()).isEqualTo(START);
        assertThat(router.dropped(Names.RETRIED)).isEqualTo(1);
        router.outcome(completion("17", FinishReason.STOP));
        assertThat(router.exits()).containsOnlyKeys("completions");
    }

    @Test
    void lastAttemptsFailureIsTheAnswer() {
        // Given
        router.prompt(PROMPT);
        for (int attempt = 1; attempt < 3; attempt++) {
            router.outcome(failed("17"));
            router.pass(Duration.ofSeconds(5));
        }
        router.exits();

        // When
        router.outcome(failed("17"));

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("worker_failed", "words");
        router.pass(Duration.ofMinutes(1));
        assertThat(router.exits()).isEmpty();
        assertThat(router.size(Names.TIMERS_STORE)).isZero();
        assertThat(router.size(Names.ASSIGNMENTS_STORE)).isZero();
    }

    @Test
    void lateTextOfAnEarlierAttemptIsTheAnswerAndTheRetryIsLeftOut() {
        // Given
        router.prompt(PROMPT);
        router.outcome(failed("17"));
        router.exits();

        // When
        router.outcome(completion("17", FinishReason.STOP));
        router.pass(Duration.ofMinutes(1));

        // Then
        assertThat(router.exits()).isEqualTo(Map.of("completions", 1));
    }

    @Test
    void retrySurvivesARestart() {
        // Given
        router.prompt(PROMPT);
        router.outcome(failed("17"));

        // When
        router = router.restarted();
        router.pass(Duration.ofSeconds(3));

        // Then
        assertThat(only(router.assignments("lanes.only")).attempt()).isEqualTo(2);
    }

    @Test
    void tombstoneCancelsARequestAndTellsTheWorkers() {
        // Given
        router.prompt(PROMPT);
        router.exits();

        // When
        router.prompt("17", null, Map.of(), START);

        // Then
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(text(rejection.value())).contains("cancelled");
        assertThat(header(rejection, Arrival.ID_HEADER)).isEqualTo("17");
        Cancellation told =
                RouterBench.CODEC.cancellation(only(router.on("cancellations")).value());
        assertThat(told.target().key()).isEqualTo("request:default/17");
        router.outcome(rejection("17", ErrorCode.CANCELLED));
        router.outcome(completion("17", FinishReason.STOP));
        assertThat(router.exits()).isEmpty();
        assertThat(router.dropped(Names.REPEATED)).isEqualTo(2);
    }

    @Test
    void promptThatComesAfterItsCancellationIsRejectedWithinABoundedTime() {
        // Given
        router.control("{\"action\":\"cancel\",\"id\":\"17\",\"reason\":\"changed my mind\"}");
        router.pass(Duration.ofMinutes(4));
        router.exits();

        // When
        router.prompt(PROMPT);

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("cancelled", "changed my mind");
        router.pass(Duration.ofMinutes(2));
        assertThat(router.size(Names.CANCELLATIONS_STORE)).isZero();
        router.prompt("{\"id\":\"18\",\"prompt\":\"Once\",\"tenant\":\"free\"}");
        assertThat(router.exits()).containsOnlyKeys("lanes.only");
    }

    @Test
    void jobIsCancelledForAllThatWasSentSoFarAndNothingElse() {
        // Given
        String job = ",\"prompt\":\"x\",\"tenant\":\"free\",\"job\":\"stories\"}";
        for (int i = 0; i < 5_000; i++) {
            router.prompt("{\"id\":\"" + i + "\"" + job);
        }
        router.prompt(PROMPT);
        router.exits();
        router.pass(Duration.ofMillis(100));

        // When
        router.control("{\"action\":\"cancel\",\"job\":\"stories\"}");
        router.prompt(null, RouterBench.bytes("{\"id\":\"late\"" + job), Map.of(), START);
        router.pass(Duration.ofMillis(100));
        router.prompt(null, RouterBench.bytes("{\"id\":\"new\"" + job), Map.of(), router.now());
        for (int i = 0; i < 6; i++) {
            router.pass(Cancel.SLICE_INTERVAL);
        }

        // Then
        assertThat(router.on("rejections")).hasSize(5_001);
        assertThat(only(router.assignments("lanes.only")).prompt().request().id())
                .isEqualTo("new");
        assertThat(router.on("cancellations")).hasSize(1);
        assertThat(router.on("recipes")).as("a job may be a recipe's").hasSize(1);
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void whatIsSentAfterItsJobWasCancelledIsNewWorkThoughTheRouterHearsOfThatLater() {
        // Given
        String job = ",\"prompt\":\"x\",\"tenant\":\"free\",\"job\":\"stories\"}";
        router.prompt(null, RouterBench.bytes("{\"id\":\"old\"" + job), Map.of(), START);
        router.prompt(null, RouterBench.bytes("{\"id\":\"new\"" + job), Map.of(), START.plusSeconds(2));

        // When
        router.control("{\"action\":\"cancel\",\"job\":\"stories\"}");
        router.pass(Duration.ofSeconds(2));

        // Then
        assertThat(header(only(router.on("rejections")), Arrival.ID_HEADER)).isEqualTo("old");
        assertThat(router.assignments("lanes.only"))
                .extracting(Assignment::sentAt)
                .containsExactlyInAnyOrder(START, START.plusSeconds(2));
    }

    @Test
    void tenantIsCancelledAcrossItsJobs() {
        // Given
        router.prompt("{\"id\":\"1\",\"prompt\":\"x\",\"tenant\":\"press\",\"job\":\"a\"}");
        router.prompt("{\"id\":\"1\",\"prompt\":\"x\",\"tenant\":\"press\",\"job\":\"b\"}");
        router.prompt(PROMPT);
        router.exits();

        // When
        router.control("{\"action\":\"cancel\",\"tenant\":\"press\"}");
        router.pass(Duration.ofSeconds(2));

        // Then
        assertThat(router.on("rejections"))
                .extracting(record -> header(record, Arrival.JOB_HEADER))
                .containsExactlyInAnyOrder("a", "b");
        assertThat(router.size(Names.TENANTS_STORE)).isZero();
    }

    @Test
    void controlRecordThatNobodyUnderstandsIsPutAside() {
        // When
        router.control("{\"action\":\"cancel\"}");

        // Then
        assertThat(header(only(router.on("dead-letters")), Arrival.REASON_HEADER))
                .contains("one of id, job");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void cancelledRequestMayCompleteWithWhatAWorkerHas() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"tenant\":\"free\",\"on_cancel\":\"partial\"}");
        router.prompt("17", null, Map.of(), START);
        router.on("lanes.only");
        router.on("cancellations");
        router.on("recipes");
        assertThat(router.exits()).isEmpty();

        // When
        router.outcome(completion("17", FinishReason.CANCELLED));
        router.pass(Duration.ofMinutes(1));

        // Then
        assertThat(text(only(router.on("completions")).value())).contains("\"finish_reason\":\"cancelled\"");
        assertThat(router.exits()).isEmpty();
    }

    @Test
    void cancelledRequestThatNoWorkerHasIsRejectedAfterTheWait() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"Once\",\"tenant\":\"free\",\"on_cancel\":\"partial\"}");
        router.prompt("17", null, Map.of(), START);

        // When
        router.pass(Duration.ofSeconds(31));

        // Then
        assertThat(text(only(router.on("rejections")).value())).contains("cancelled");
    }

    @Test
    void workerThatTakesARequestForCancelledWhichIsNotGetsItAgain() {
        // Given
        router.prompt(PROMPT);
        router.exits();

        // When
        router.outcome(rejection("17", ErrorCode.CANCELLED));

        // Then
        assertThat(router.exits()).isEqualTo(Map.of("lanes.only", 1));
    }

    @Test
    void workersWordThatAJobIsCancelledIsTheAnswerThoughItsTurnHasYetToCome() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"x\",\"tenant\":\"free\",\"on_cancel\":\"partial\"}");
        router.control("{\"action\":\"cancel\",\"job\":\"default\"}");
        router.on("lanes.only");
        router.on("cancellations");
        router.on("recipes");
        assertThat(router.exits()).isEmpty();

        // When
        router.outcome(completion("17", FinishReason.CANCELLED));

        // Then
        assertThat(router.exits()).isEqualTo(Map.of("completions", 1));
    }

    @Test
    void deadlinePassesInTheQueueWithoutAnyWorker() {
        // Given
        router.prompt("{\"id\":\"17\",\"prompt\":\"x\",\"tenant\":\"free\",\"deadline\":\"2026-11-24T12:00:10Z\"}");
        router.prompt("{\"id\":\"18\",\"prompt\":\"x\",\"tenant\":\"free\",\"deadline\":\"2026-11-24T12:00:10Z\","
                + "\"on_deadline\":\"partial\"}");
        router.exits();

        // When
        router.pass(Duration.ofSeconds(11));

        // Then
        TestRecord<byte[], byte[]> rejection = only(router.on("rejections"));
        assertThat(header(rejection, Arrival.ID_HEADER)).isEqualTo("17");
        assertThat(text(rejection.value())).contains("deadline_exceeded");
        router.pass(Duration.ofSeconds(30));
        assertThat(header(only(router.on("rejections")), Arrival.ID_HEADER)).isEqualTo("18");
        assertThat(router.size(Names.TIMERS_STORE)).isZero();
    }

    @Test
    void promptThatOthersOvertookByFarIsPutOnItsLaneAgain() {
        // Given
        router.prompt(PROMPT);
        router.pass(Duration.ofMinutes(11));
        router.prompt("{\"id\":\"18\",\"prompt\":\"Once\",\"tenant\":\"free\"}");
        router.exits();
        router.outcome(completion("18", FinishReason.STOP));

        // When
        router.pass(Settle.SWEEP_INTERVAL);

        // Then
        Assignment again = only(router.assignments("lanes.only"));
        assertThat(again.prompt().request().id()).isEqualTo("17");
        assertThat(again.attempt()).isEqualTo(2);
        router.pass(Duration.ofMinutes(5));
        assertThat(router.on("lanes.only")).isEmpty();
    }

    @Test
    void whereNothingIsAnsweredOnlyTheFirstOfALaneIsTriedAgainEverMoreRarely() {
        // Given
        for (int i = 0; i < 20; i++) {
            router.prompt("{\"id\":\"" + i + "\",\"prompt\":\"Once\",\"tenant\":\"free\"}");
            router.pass(Duration.ofMillis(10));
        }
        router.exits();

        // When
        int again = 0;
        for (int minute = 0; minute < 180; minute += 5) {
            router.pass(Duration.ofMinutes(5));
            again += router.on("lanes.only").size();
        }

        // Then
        assertThat(again).isBetween(3, 5);
    }
}

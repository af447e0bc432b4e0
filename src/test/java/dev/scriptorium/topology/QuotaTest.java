package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.header;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.wire.Arrival;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How much of whose work is under way, and where. */
class QuotaTest {
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

    private RouterBench router = new RouterBench(Pipelines.read(LIFE));

    @AfterEach
    void close() {
        router.close();
    }

    private static <T> T only(List<T> records) {
        assertThat(records).hasSize(1);
        return records.get(0);
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
    void tenantsRequestsInFlightAreLimitedExactly() {
        // Given
        for (int i = 0; i < 3; i++) {
            router.prompt("{\"id\":\"" + i + "\",\"prompt\":\"x\",\"tenant\":\"press\"}");
        }
        router.prompt("{\"id\":\"0\",\"prompt\":\"x\",\"tenant\":\"press\"}");
        assertThat(router.on("lanes.only")).hasSize(2);
        assertThat(text(only(router.on("rejections")).value()))
                .contains("quota_exceeded", "tenant 'press' has 2 requests in flight");

        // When
        router.outcome(completion("0", FinishReason.STOP));
        router.prompt("{\"id\":\"3\",\"prompt\":\"x\",\"tenant\":\"press\"}");

        // Then
        assertThat(only(router.assignments("lanes.only")).prompt().request().id())
                .isEqualTo("3");
        assertThat(router.on("rejections")).isEmpty();
        assertThat(router.dropped(Names.DUPLICATE)).isEqualTo(1);
    }

    @Test
    void tenantsTokensInFlightAreLimitedByWhatEachMayStillWrite() {
        // Given
        router.prompt("{\"id\":\"1\",\"prompt\":\"x\",\"max_tokens\":90}");
        router.prompt("{\"id\":\"2\",\"prompt\":\"x\"}");
        router.exits();

        // When
        router.prompt("{\"id\":\"3\",\"prompt\":\"x\",\"max_tokens\":1}");

        // Then
        assertThat(text(only(router.on("rejections")).value()))
                .contains("quota_exceeded", "tenant 'default' has 100 tokens", "with 1 more");
    }

    @Test
    void whatIsNoneOfThatOnTheQuotasTopicIsPutAside() {
        // When
        router.quota("press", new byte[] {1, 2});

        // Then
        assertThat(header(only(router.on("dead-letters")), Arrival.REASON_HEADER))
                .contains("quotas topic");
    }

    @Test
    void promptsThatBeginAlikeMeetOnOnePartitionAndSpillOverWhenItIsFull() {
        // Given
        int[] before = new int[4];

        // When
        for (int i = 0; i < 40; i++) {
            router.prompt("{\"id\":\"" + i + "\",\"prompt\":\"Once\",\"tenant\":\"free\"}");
            before[router.state("default/" + i).open().lanePartition()]++;
            if (i == 1) {
                assertThat(before).contains(2, 0);
            }
        }

        // Then
        assertThat(before).doesNotContain(0);
        assertThat(router.size(Names.BACKLOG_STORE)).isEqualTo(5);
    }

    @Test
    void backlogIsForgottenAsAnswersCome() {
        // Given
        for (int i = 0; i < 8; i++) {
            router.prompt("{\"id\":\"" + i + "\",\"prompt\":\"Once\",\"tenant\":\"free\"}");
        }

        // When
        for (int i = 0; i < 8; i++) {
            router.outcome(completion(Integer.toString(i), FinishReason.STOP));
        }

        // Then
        assertThat(router.backlog("only")).isZero();
        assertThat(router.size(Names.ASSIGNMENTS_STORE)).isZero();
    }
}

package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.wire.Arrival;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The promise, for any order of prompts, redeliveries, conflicts, rubbish, outcomes, failures, cancellations,
 * deadlines, quotas and restarts.
 */
class EveryExitOnceTest {
    private static final int STEPS = 80;
    private static final String PIPELINE = """
        models:
          tiny: {path: models/tiny, sampling: {max_tokens: 10}}
        lanes:
          fast: {class: interactive, partitions: 4}
          bulk: {partitions: 4}
        routes:
          - {name: waits, when: {priority: interactive}, to: fast}
          - {name: rest, to: bulk}
        retries: {attempts_max: 3, backoff: 1s, backoff_max: 4s, stalled_after: 10m}
        limits: {cancellation_retention: 1m, partial_wait: 5s}
        tenants:
          press: {requests_in_flight_max: 3}
        """;
    private static final List<String> FIELDS = List.of(
            "",
            "",
            ",\"priority\":\"interactive\"",
            ",\"temperature\":-1",
            ",\"model\":\"nobody\"",
            ",\"unknown\":1",
            ",\"tenant\":\"press\"",
            ",\"tenant\":\"press\",\"on_cancel\":\"partial\"",
            ",\"deadline\":\"2026-11-24T12:01:00Z\"",
            ",\"on_deadline\":\"partial\",\"deadline\":\"2026-11-24T12:00:30Z\"");
    private static final List<String> DROPS = List.of(Names.DUPLICATE, Names.REPEATED, Names.RETRIED, Names.NOTED);

    /** What came out so far. */
    private static final class Ledger {
        private final Map<String, Integer> answers = new HashMap<>();
        private final Set<String> admitted = new HashSet<>();
        private final List<Assignment> assigned = new ArrayList<>();
        private long dead;
        private long dropped;
        private long droppedBefore;

        /** Returns how many ways out were taken since the last call. */
        long read(RouterBench router) {
            long before = exits();
            for (String lane : List.of("fast", "bulk")) {
                for (Assignment assignment : router.assignments("lanes." + lane)) {
                    assigned.add(assignment);
                    admitted.add(assignment.prompt().request().key());
                }
            }
            for (String topic : List.of("completions", "rejections")) {
                for (TestRecord<byte[], byte[]> answer : router.on(topic)) {
                    String key = RouterBench.header(answer, Arrival.JOB_HEADER) + "/" + RouterBench.text(answer.key());
                    answers.merge(key, 1, Integer::sum);
                }
            }
            dead += router.on("dead-letters").size();
            dropped = droppedBefore + DROPS.stream().mapToLong(router::dropped).sum();
            return exits() - before;
        }

        long exits() {
            return admitted.size()
                    + answers.values().stream().mapToInt(Integer::intValue).sum()
                    + dead
                    + dropped;
        }

        Set<String> open() {
            Set<String> open = new HashSet<>(admitted);
            open.removeAll(answers.keySet());
            return open;
        }
    }

    private enum Fed {
        /** It leaves by exactly one way. */
        ONE,
        /** It is noted, and may end a request besides. */
        NOTED_AND_MORE,
        /** Nothing came in; time passed. */
        TIME
    }

    static LongStream seeds() {
        return Seeds.of(8);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRecordHasOneExitAndEveryIdAtMostOneAnswer(long seed) {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        Ledger ledger = new Ledger();

        // When
        RouterBench router = new RouterBench(Pipelines.read(PIPELINE));
        try {
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(60) == 0) {
                    ledger.droppedBefore = ledger.dropped;
                    router = router.restarted();
                }
                Fed fed = feed(router, random, ledger.assigned);
                long exits = ledger.read(router);
                switch (fed) {
                    case ONE -> assertThat(exits).as("ways out of one record").isEqualTo(1);
                    case NOTED_AND_MORE -> assertThat(exits).isBetween(1L, 2L);
                    case TIME -> {}
                }
            }
            finish(router, ledger);

            // Then
            assertThat(ledger.answers.values()).allMatch(count -> count == 1);
            assertThat(ledger.open()).isEmpty();
            for (String store : List.of(Names.ASSIGNMENTS_STORE, Names.TIMERS_STORE, Names.TENANTS_STORE)) {
                assertThat(router.size(store)).as(store).isZero();
            }
            for (String lane : List.of("fast", "bulk")) {
                assertThat(router.backlog(lane)).as("backlog of " + lane).isZero();
            }
        } finally {
            router.close();
        }
    }

    /** Time passes until nothing is due any more, and then everything that is open is answered. */
    private static void finish(RouterBench router, Ledger ledger) {
        for (int i = 0; i < 10; i++) {
            router.pass(Duration.ofSeconds(30));
        }
        ledger.read(router);
        for (String key : ledger.open()) {
            String id = RequestBook.requestOf(key).id();
            router.outcome(RouterBench.completion(id, Dialect.PLAIN, "the end"));
            router.outcome(RouterBench.completion(id, Dialect.PLAIN, "the end"));
        }
        ledger.read(router);
    }

    private static Fed feed(RouterBench router, SplittableRandom random, List<Assignment> assigned) {
        String id = Integer.toString(random.nextInt(20));
        String known = assigned.isEmpty()
                ? id
                : assigned.get(random.nextInt(assigned.size()))
                        .prompt()
                        .request()
                        .id();
        switch (random.nextInt(12)) {
            case 0 -> router.prompt(null, RouterBench.bytes("rubbish " + id), Map.of(), RouterBench.START);
            case 1 -> router.outcome("default/" + id, new byte[] {9, 9});
            case 2 -> router.outcome(RouterBench.rejection(id));
            case 3 -> router.outcome(RouterBench.completion(known, Dialect.PLAIN, "text " + random.nextInt(2)));
            case 4 -> router.outcome(failed(known, ErrorCode.WORKER_FAILED).asRetryable());
            case 5 -> router.outcome(failed(known, ErrorCode.CANCELLED));
            case 6 -> router.control("rubbish");
            case 7 -> {
                router.prompt(random.nextBoolean() ? id : known, null, Map.of(), RouterBench.START);
                return Fed.NOTED_AND_MORE;
            }
            case 8 -> {
                router.control(
                        random.nextInt(8) == 0
                                ? "{\"action\":\"cancel\",\"job\":\"default\"}"
                                : "{\"action\":\"cancel\",\"tenant\":\"press\"}");
                return Fed.NOTED_AND_MORE;
            }
            case 9 -> {
                router.pass(Duration.ofMillis(random.nextInt(10_000)));
                return Fed.TIME;
            }
            default -> {
                String field = FIELDS.get(random.nextInt(FIELDS.size()));
                String text = "text " + random.nextInt(2);
                router.prompt(
                        null,
                        RouterBench.bytes("{\"id\":\"" + id + "\",\"prompt\":\"" + text + "\"" + field + "}"),
                        Map.of(),
                        router.now());
            }
        }
        return Fed.ONE;
    }

    private static Rejection failed(String id, ErrorCode code) {
        return new Rejection(
                new RequestId("default", id),
                Dialect.PLAIN,
                "default",
                code,
                "words",
                null,
                null,
                RouterBench.START,
                Map.of());
    }
}

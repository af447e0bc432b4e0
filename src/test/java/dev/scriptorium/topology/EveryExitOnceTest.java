package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.wire.Arrival;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The promise, for any order of prompts, redeliveries, conflicts, rubbish, outcomes and restarts. */
class EveryExitOnceTest {
    private static final int STEPS = 80;
    private static final List<String> FIELDS = List.of(
            "", ",\"priority\":\"interactive\"", ",\"temperature\":-1", ",\"model\":\"nobody\"", ",\"unknown\":1");

    /** What came out so far. */
    private static final class Ledger {
        private final Map<String, Integer> answers = new HashMap<>();
        private final List<Assignment> assigned = new ArrayList<>();
        private int dead;

        void read(RouterBench router) {
            for (String lane : List.of("interactive", "bulk")) {
                assigned.addAll(router.assignments("lanes." + lane));
            }
            for (String topic : List.of("completions", "rejections")) {
                for (TestRecord<byte[], byte[]> answer : router.on(topic)) {
                    String key = RouterBench.header(answer, Arrival.JOB_HEADER) + "/" + RouterBench.text(answer.key());
                    answers.merge(key, 1, Integer::sum);
                }
            }
            dead += router.on("dead-letters").size();
        }
    }

    static LongStream seeds() {
        return Seeds.of(12);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRecordHasOneExitAndEveryIdAtMostOneAnswer(long seed) throws IOException {
        // Given
        SplittableRandom random = new SplittableRandom(seed);
        Ledger ledger = new Ledger();
        long records = 0;
        long dropped = 0;

        // When
        RouterBench router = new RouterBench(Pipelines.shipped());
        try {
            for (int step = 0; step < STEPS; step++) {
                if (random.nextInt(40) == 0) {
                    dropped += router.dropped(Names.DUPLICATE) + router.dropped(Names.REPEATED);
                    router = router.restarted();
                }
                feed(router, random, ledger.assigned);
                records++;
                ledger.read(router);
            }
            dropped += router.dropped(Names.DUPLICATE) + router.dropped(Names.REPEATED);
        } finally {
            router.close();
        }

        // Then
        assertThat(ledger.answers.values()).allMatch(count -> count == 1);
        assertThat(ledger.assigned)
                .extracting(assignment -> assignment.prompt().request())
                .doesNotHaveDuplicates();
        int answers = ledger.answers.size();
        assertThat(ledger.assigned.size() + answers + ledger.dead + dropped).isEqualTo(records);
    }

    private static void feed(RouterBench router, SplittableRandom random, List<Assignment> assigned) {
        String id = Integer.toString(random.nextInt(12));
        switch (random.nextInt(6)) {
            case 0 -> router.prompt(null, RouterBench.bytes("rubbish " + id), Map.of(), RouterBench.START);
            case 1 -> router.outcome("default/" + id, new byte[] {9, 9});
            case 2 -> router.outcome(RouterBench.rejection(id));
            case 3 -> {
                String answered = assigned.isEmpty()
                        ? id
                        : assigned.get(random.nextInt(assigned.size()))
                                .prompt()
                                .request()
                                .id();
                router.outcome(RouterBench.completion(answered, Dialect.PLAIN, "text " + random.nextInt(2)));
            }
            default -> {
                String field = FIELDS.get(random.nextInt(FIELDS.size()));
                String text = "text " + random.nextInt(2);
                router.prompt("{\"id\":\"" + id + "\",\"prompt\":\"" + text + "\"" + field + "}");
            }
        }
    }
}

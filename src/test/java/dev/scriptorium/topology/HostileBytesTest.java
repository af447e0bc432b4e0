package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.HostileBytes;
import dev.scriptorium.Seeds;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.PromptDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever stands on the prompts and outcomes topics, every record leaves by one edge, and by one of ours: not one
 * reaches the last net, which is for defects. {@code -Dhostile.records=100000} makes it longer.
 */
class HostileBytesTest {
    private static final int RECORDS = Integer.getInteger("hostile.records", 4000);
    private static final int BETWEEN_LOOKS = 200;

    static LongStream seeds() {
        return Seeds.of(1);
    }

    /** Where records went. */
    private static final class Exits {
        private long records;
        private final List<String> caughtByTheLastNet = new ArrayList<>();

        void read(RouterBench router, List<String> topics) {
            for (String topic : topics) {
                List<TestRecord<byte[], byte[]>> found = router.on(topic);
                records += found.size();
                found.stream()
                        .filter(record -> topic.equals("dead-letters"))
                        .filter(record -> RouterBench.header(record, Arrival.REASON_HEADER) == null)
                        .forEach(record ->
                                caughtByTheLastNet.add(RouterBench.header(record, RecordHeads.ERROR_MESSAGE) + ""));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyHostileRecordLeavesByOneEdgeAndNoneReachesTheLastNet(long seed) throws IOException {
        // Given
        List<String> topics = List.of("lanes.interactive", "lanes.bulk", "completions", "rejections", "dead-letters");
        HostileBytes prompts = new HostileBytes(seed, validPrompts());
        HostileBytes outcomes = new HostileBytes(seed + 1, validOutcomes());
        Random random = new Random(seed);
        Exits exits = new Exits();
        long dropped;
        long cancels;

        // When
        try (RouterBench router = new RouterBench(Pipelines.shipped())) {
            for (int i = 0; i < RECORDS; i++) {
                if (random.nextBoolean()) {
                    router.hostilePrompt(prompts.key(), prompts.value(), prompts.headers());
                } else {
                    router.hostileOutcome(outcomes.key(), outcomes.value(), outcomes.headers());
                }
                if (i % BETWEEN_LOOKS == 0) {
                    exits.read(router, topics);
                }
            }
            exits.read(router, topics);
            cancels = router.dropped(Names.NOTED);
            dropped = router.dropped(Names.DUPLICATE) + router.dropped(Names.REPEATED) + cancels;
        }

        // Then
        assertThat(exits.caughtByTheLastNet).as("seed %d", seed).isEmpty();
        // A prompt without a value withdraws its id: it ends there, and an earlier prompt may end with it.
        assertThat(exits.records + dropped).as("seed %d", seed).isBetween((long) RECORDS, RECORDS + cancels);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyHostileControlRecordIsACancellationOrADeadLetter(long seed) throws IOException {
        // Given
        HostileBytes controls = new HostileBytes(
                seed,
                List.of(
                        RouterBench.bytes("{\"action\":\"cancel\",\"job\":\"stories\",\"reason\":\"x\"}"),
                        RouterBench.bytes("{\"action\":\"cancel\",\"id\":\"id1\"}"),
                        RouterBench.bytes("{\"action\":\"cancel\",\"tenant\":\"press\"}")));
        Exits exits = new Exits();
        int cancellations;

        // When
        try (RouterBench router = new RouterBench(Pipelines.shipped())) {
            for (int i = 0; i < RECORDS; i++) {
                router.hostileControl(controls.key(), controls.value(), controls.headers());
            }
            exits.read(router, List.of("dead-letters"));
            cancellations = router.on("cancellations").size();
        }

        // Then
        assertThat(exits.caughtByTheLastNet).as("seed %d", seed).isEmpty();
        assertThat(exits.records + cancellations).as("seed %d", seed).isEqualTo(RECORDS);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void noHostileQuotaRecordReachesTheLastNet(long seed) throws IOException {
        // Given
        HostileBytes quotas = new HostileBytes(seed, validPrompts());
        Exits exits = new Exits();

        // When
        try (RouterBench router = new RouterBench(Pipelines.shipped())) {
            for (int i = 0; i < RECORDS; i++) {
                router.hostileQuota(quotas.key(), quotas.value(), quotas.headers());
            }
            exits.read(router, List.of("dead-letters"));
        }

        // Then
        assertThat(exits.caughtByTheLastNet).as("seed %d", seed).isEmpty();
        assertThat(exits.records).as("seed %d", seed).isPositive();
    }

    private static List<byte[]> validPrompts() {
        List<byte[]> valid = new ArrayList<>();
        for (String json : List.of(
                "{\"id\":\"id1\",\"prompt\":\"Once upon a time\",\"max_tokens\":20,\"metadata\":{\"a\":\"b\"}}",
                "{\"prompt\":\"The moon is\",\"temperature\":0.5,\"stop\":[\"a\",\"b\"],\"priority\":\"interactive\"}",
                "{\"custom_id\":\"c1\",\"method\":\"POST\",\"url\":\"/v1/chat/completions\",\"body\":{\"messages\":"
                        + "[{\"role\":\"user\",\"content\":\"What is rain?\"}],\"max_tokens\":5}}")) {
            valid.add(RouterBench.bytes(json));
        }
        Decoded decoded = new PromptDecoder(1 << 20)
                .decode(new Arrival("id7", valid.getFirst(), null, null, null, RouterBench.START));
        valid.add(RouterBench.CODEC.encode(decoded));
        return valid;
    }

    private static List<byte[]> validOutcomes() {
        List<byte[]> valid = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            valid.add(RouterBench.CODEC.encode(RouterBench.completion("id" + i, Dialect.PLAIN, "and so it went")));
            valid.add(RouterBench.CODEC.encode(RouterBench.rejection("id" + i)));
        }
        return valid;
    }
}

package dev.scriptorium.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.RequestState;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * What a prompt costs the router alone, in on a lane and out as a completion, with few and with a million ids known:
 * the real topology and the real stores on one thread, without brokers.
 */
@Tag("chaos")
class RouterCostIT {
    private static final int PROMPTS = Integer.getInteger("router.prompts", 20_000);
    private static final int FEW = 1_000;
    private static final int MANY = Integer.getInteger("router.ids", 1_000_000);

    @Test
    void aPromptCostsWithAMillionIdsWhatItCostsWithAThousand() throws IOException {
        // Given
        try (RouterBench router = new RouterBench(Pipelines.shipped())) {
            know(router, 0, FEW);
            pass(router, "warm", PROMPTS);

            // When
            double few = pass(router, "few", PROMPTS);
            know(router, FEW, MANY);
            pass(router, "again", PROMPTS / 4);
            double many = pass(router, "many", PROMPTS);

            // Then
            System.out.printf(
                    "router alone, one thread: %.0f prompts a second with %,d ids known, %.0f with %,d%n",
                    few, FEW, many, MANY);
            assertThat(many).isGreaterThan(few / 1.5);
        }
    }

    /** Requests that were answered long ago. */
    private static void know(RouterBench router, int from, int to) {
        byte[] state = RouterBench.CODEC.encode(new RequestState(
                "ab".repeat(32), RequestState.Phase.COMPLETED, "bulk", 1, RouterBench.START, RouterBench.START));
        for (int i = from; i < to; i++) {
            router.requests().put("job-%d/request-%d".formatted(i % 97, i), state);
        }
    }

    /** Prompts a second, each admitted and settled. */
    private static double pass(RouterBench router, String name, int count) {
        long start = System.nanoTime();
        for (int i = 0; i < count; i++) {
            String id = name + i;
            byte[] json = RouterBench.bytes(
                    "{\"id\":\"" + id + "\",\"prompt\":\"Once upon a time there was a moon\",\"max_tokens\":20}");
            router.prompt(null, json, Map.of(), RouterBench.START);
            router.outcome(RouterBench.completion(id, Dialect.PLAIN, "and so it went on and on until the end"));
            if (i % 1000 == 0) {
                router.exits();
            }
        }
        router.exits();
        return count / (Duration.ofNanos(System.nanoTime() - start).toNanos() / 1e9);
    }
}

package dev.scriptorium.topology;

import static dev.scriptorium.topology.RouterBench.CODEC;
import static dev.scriptorium.topology.RouterBench.START;
import static dev.scriptorium.topology.RouterBench.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.OldBytes;
import dev.scriptorium.event.Dialect;
import dev.scriptorium.event.RequestState;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A router of today with the stores of the first version, and beside workers of the first version. */
class RollingUpgradeTest {
    private final RouterBench router;

    RollingUpgradeTest() throws IOException {
        router = new RouterBench(Pipelines.shipped());
    }

    @BeforeEach
    void aRequestIsOpenThatTheFirstVersionAdmitted() {
        RequestState state = new RequestState("0".repeat(64), RequestState.Phase.ADMITTED, "bulk", 1, START, null);
        router.requests().put("default/17", OldBytes.of(CODEC.encode(state), "request-state", 1));
    }

    @AfterEach
    void close() {
        router.close();
    }

    @Test
    void outcomeOfAnOldWorkerSettlesARequestOfAnOldRouterOnce() {
        // Given
        byte[] outcome =
                OldBytes.of(CODEC.encode(RouterBench.completion("17", Dialect.PLAIN, "Once upon")), "outcome", 1);

        // When
        router.outcome("default/17", outcome);
        router.outcome("default/17", outcome);

        // Then
        assertThat(router.exits()).isEqualTo(Map.of("completions", 1));
        assertThat(router.dropped(Names.REPEATED)).isEqualTo(1);
    }

    @Test
    void requestOfAnOldRouterCanBeCancelled() {
        // When
        router.prompt("17", null, Map.of(), START);

        // Then
        assertThat(text(router.on("rejections").getFirst().value())).contains("cancelled", "\"id\":\"17\"");
    }

    @Test
    void requestOfAnOldRouterIsNotTakenForStalled() {
        // When
        router.pass(Duration.ofDays(3));
        router.pass(Settle.SWEEP_INTERVAL);

        // Then
        assertThat(router.exits()).isEmpty();
        assertThat(router.state("default/17").isOpen()).isTrue();
    }
}

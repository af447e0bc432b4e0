package dev.scriptorium.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.chaos.Gauge.Reading;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mvn verify -Pchaos -Dit.test=LoadIT}: as many prompts as {@code -Dload.prompts} says on as many simulated
 * workers as {@code -Dload.workers} says, and a little for as long as {@code -Dsoak.minutes} says. On Linux, because
 * memory is read from {@code /proc}.
 */
@Tag("chaos")
class LoadIT {
    private static final int PROMPTS = Integer.getInteger("load.prompts", 1_000_000);
    private static final int WORKERS = Integer.getInteger("load.workers", 200);
    private static final int SOAK_MINUTES = Integer.getInteger("soak.minutes", 30);
    private static final int SOAK_PROMPTS_A_SECOND = Integer.getInteger("soak.rate", 20);
    private static final double GROWTH_MOST = 1.1;
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    @Test
    void everyOneOfVeryManyPromptsIsAnsweredOnceAndTheRouterComesBackWithoutItsFolder() throws Exception {
        // Given
        try (LoadRun run = new LoadRun(folder, freePort(), WORKERS, "dummy:context_tokens=512,cache_sequences=8")) {
            List<Reading> before = run.say(true);

            // When
            Instant start = Instant.now();
            run.send(1, PROMPTS);
            Instant stalledAt = start;
            for (int last = 0;
                    run.answered() < PROMPTS && stalledAt.plusSeconds(300).isAfter(Instant.now()); ) {
                run.read(BETWEEN_LINES);
                run.say(false);
                stalledAt = run.answered() > last ? Instant.now() : stalledAt;
                last = run.answered();
            }
            double seconds = Duration.between(start, Instant.now()).toMillis() / 1e3;
            List<Reading> after = run.say(true);
            Duration kept = run.restartRouter(false, PROMPTS);
            Duration lost = run.restartRouter(true, PROMPTS + 200);

            // Then
            System.out.printf(
                    "%,d prompts, %d workers: %.0f s, %.0f a second; processor time a prompt: broker %.0f us, router"
                            + " %.0f us, workers %.0f us; router started with its folder %.1f s, without %.1f s%n",
                    PROMPTS,
                    WORKERS,
                    seconds,
                    PROMPTS / seconds,
                    micros(before, after, 0),
                    micros(before, after, 1),
                    micros(before, after, 2),
                    kept.toMillis() / 1e3,
                    lost.toMillis() / 1e3);
            assertThat(run.answered()).isEqualTo(PROMPTS + 400);
            assertThat(run.twice()).isZero();
            assertThat(run.rejected()).isZero();
        }
    }

    @Test
    void memoryIsAsLargeAfterHalfAnHourAsAfterTenMinutes() throws Exception {
        // Given
        List<List<Reading>> minutes = new ArrayList<>();
        int sent = 1;
        try (LoadRun run = new LoadRun(folder, freePort(), 2, "dummy:step_ms=20")) {

            // When
            for (int minute = 0; minute < SOAK_MINUTES; minute++) {
                for (int second = 0; second < 60; second++) {
                    run.send(sent, sent + SOAK_PROMPTS_A_SECOND);
                    sent += SOAK_PROMPTS_A_SECOND;
                    run.read(Duration.ofSeconds(1));
                }
                minutes.add(run.say(true));
            }
            run.read(Duration.ofSeconds(10));

            // Then
            assertThat(run.answered()).isEqualTo(sent);
            assertThat(run.twice()).isZero();
        }
        for (int process = 0; process < 3; process++) {
            double middle = heap(minutes, process, SOAK_MINUTES / 3, 2 * SOAK_MINUTES / 3);
            double end = heap(minutes, process, 2 * SOAK_MINUTES / 3, SOAK_MINUTES);
            System.out.printf(
                    "process %d: heap after collection %.1f MiB in the middle, %.1f at the end%n",
                    process, middle, end);
            assertThat(end).isLessThan(middle * GROWTH_MOST + 4);
        }
    }

    private static double heap(List<List<Reading>> minutes, int process, int from, int to) {
        return minutes.subList(from, to).stream()
                .mapToLong(each -> each.get(process).heapMib())
                .average()
                .orElse(0);
    }

    private static double micros(List<Reading> before, List<Reading> after, int process) {
        return (after.get(process).cpuSeconds() - before.get(process).cpuSeconds()) * 1e6 / PROMPTS;
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

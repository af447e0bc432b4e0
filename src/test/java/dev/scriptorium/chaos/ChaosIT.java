package dev.scriptorium.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.chaos.Disturbance.Kind;
import dev.scriptorium.chaos.SystemUnderTest.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** One blow of each kind, on simulated workers, in a minute; the long version is {@link StormIT}. */
class ChaosIT {
    private static final int PROMPTS = 300;
    private static final String JAVA = "-Xmx300m -XX:TieredStopAtLevel=1";
    private static final List<Kind> KINDS = List.of(
            Kind.KILL_WORKER, Kind.STOP_WORKER, Kind.KILL_ROUTER, Kind.KILL_BROKER, Kind.CUT_CONNECTIONS, Kind.GARBAGE);

    @TempDir
    Path folder;

    static LongStream seeds() {
        return Seeds.of(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void oneOfEachDisturbanceLosesNothingDoublesNothingAndChangesNothing(long seed) throws Exception {
        // Given
        Shape shape = new Shape(1, 1, 2, "dummy:step_ms=40,context_tokens=512,cache_sequences=8", JAVA);
        List<String> prompts = PromptSet.of(PROMPTS, 40);
        List<Disturbance> storm = Disturbance.storm(seed, KINDS, 1, Duration.ofSeconds(3));

        // When
        Verdict verdict;
        try (ChaosRun run = new ChaosRun(SystemUnderTest.start(folder, shape))) {
            Map<String, String> calm = run.calm(prompts);
            verdict = run.storm(seed, prompts, storm, calm);
        }

        // Then
        System.out.println(Verdict.HEAD + "\n" + verdict);
        assertThat(verdict.holds())
                .as("replay with -Dseed=%d%n%s", seed, verdict)
                .isTrue();
    }
}

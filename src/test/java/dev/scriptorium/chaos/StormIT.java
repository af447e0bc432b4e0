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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code mvn verify -Pchaos -Dit.test=StormIT}: 2,000 prompts on the demo model while everything dies that can, seed
 * after seed, on one system that has to live through all of them. {@code -Dchaos.seeds=N} says how many seeds,
 * {@code -Dseed=…} replays one: the same disturbances at the same moments of the storm, as far as a machine can do the
 * same thing twice. What the undisturbed run says is found out once and compared with every storm.
 */
@Tag("chaos")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class StormIT {
    private static final int PROMPTS = Integer.getInteger("chaos.prompts", 2000);
    private static final int TOKENS_MAX = Integer.getInteger("chaos.tokens", 80);
    private static final int TIMES_EACH = Integer.getInteger("chaos.times", 1);
    private static final int BROKERS = Integer.getInteger("chaos.brokers", 1);
    // The vector kernels need the second compiler.
    private static final String JAVA = "-Xmx768m";
    private static final Path MODEL = Path.of("models/scrivener-1m").toAbsolutePath();

    private final List<String> prompts = PromptSet.of(PROMPTS, TOKENS_MAX);
    private final ChaosRun run;
    private final Map<String, String> calm;

    StormIT(@TempDir Path folder) throws Exception {
        run = new ChaosRun(SystemUnderTest.start(folder, new Shape(BROKERS, 2, 2, MODEL.toString(), JAVA)));
        calm = run.calm(prompts);
        System.out.println(Verdict.HEAD);
    }

    @AfterAll
    void close() {
        run.close();
    }

    static LongStream seeds() {
        return Seeds.of(Integer.getInteger("chaos.seeds", 20));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsLostDoubledOrChangedWhateverDies(long seed) throws Exception {
        // Given
        List<Disturbance> storm = Disturbance.storm(seed, List.of(Kind.values()), TIMES_EACH, Duration.ofSeconds(4));

        // When
        Verdict verdict = run.storm(seed, prompts, storm, calm);

        // Then
        System.out.println(verdict);
        assertThat(calm).hasSize(PROMPTS);
        assertThat(verdict.holds())
                .as("replay with -Dseed=%d%n%s%n%s", seed, Verdict.HEAD, verdict)
                .isTrue();
    }
}

package dev.scriptorium.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import dev.scriptorium.chaos.SystemUnderTest.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code mvn verify -Pchaos}: 2,000 prompts on the demo model while everything dies that can, seed after seed.
 * {@code -Dchaos.seeds=N} says how many seeds, {@code -Dseed=…} replays one: the same disturbances at the same moments
 * of the storm, as far as a machine can do the same thing twice.
 */
@Tag("chaos")
class StormIT {
    private static final int PROMPTS = Integer.getInteger("chaos.prompts", 2000);
    private static final String JAVA = "-Xmx512m";
    private static final Path MODEL = Path.of("models/scrivener-1m").toAbsolutePath();

    @TempDir
    Path folder;

    static LongStream seeds() {
        return Seeds.of(Integer.getInteger("chaos.seeds", 20));
    }

    static LongStream oneSeed() {
        return Seeds.of(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void nothingIsLostDoubledOrChangedWhateverDies(long seed) throws Exception {
        check(seed, new Shape(1, 2, 2, MODEL.toString(), JAVA));
    }

    @ParameterizedTest
    @MethodSource("oneSeed")
    void norIsItWithThreeBrokersThatHoldThreeCopies(long seed) throws Exception {
        check(seed, new Shape(3, 1, 2, MODEL.toString(), JAVA));
    }

    private void check(long seed, Shape shape) throws Exception {
        // Given
        List<String> prompts = PromptSet.of(PROMPTS, 60);
        List<Disturbance> storm = Disturbance.storm(seed, 2, Duration.ofSeconds(4));

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

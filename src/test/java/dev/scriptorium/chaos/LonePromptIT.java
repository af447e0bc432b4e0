package dev.scriptorium.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.chaos.SystemUnderTest.Shape;
import dev.scriptorium.wire.Arrival;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code mvn verify -Pchaos -Dit.test=LonePromptIT}: how long a lone interactive prompt takes from its sender and back,
 * on an idle system and beside a job of {@code -Dlone.job} (10,000) prompts, through one simulated worker whose steps
 * take {@code -Dlone.step_ms} (100).
 */
@Tag("chaos")
class LonePromptIT {
    private static final int JOB = Integer.getInteger("lone.job", 10_000);
    private static final int STEP_MS = Integer.getInteger("lone.step_ms", 100);
    private static final int LONE = 40;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    @Test
    void lonePromptIsAnsweredLongBeforeTheJobThatCameFirst() throws Exception {
        // Given
        Shape shape = new Shape(
                1,
                1,
                1,
                "dummy:step_ms=%d,context_tokens=512,cache_sequences=8".formatted(STEP_MS),
                "-Xmx300m -XX:TieredStopAtLevel=1");
        try (SystemUnderTest system = SystemUnderTest.start(folder, shape);
                Mail mail = new Mail(system.bootstrapServers())) {
            Lone lone = new Lone(system, mail);
            lone.times("warm", LONE);
            List<Duration> idle = lone.times("idle", LONE);
            for (int i = 0; i < JOB; i++) {
                mail.prompt("job", "{\"id\":\"%d\",\"prompt\":\"number %d\",\"max_tokens\":20}".formatted(i, i));
            }
            lone.untilAnswered("job", 20);

            // When
            List<Duration> beside = lone.times("beside", LONE);

            // Then
            System.out.printf(
                    "a lone prompt of one token, from its sender and back: idle median %d ms, longest %d; beside %,d"
                            + " prompts of 20 tokens median %d ms, longest %d; a step takes %d ms%n",
                    idle.get(LONE / 2).toMillis(),
                    idle.getLast().toMillis(),
                    JOB,
                    beside.get(LONE / 2).toMillis(),
                    beside.getLast().toMillis(),
                    STEP_MS);
            assertThat(beside).hasSize(LONE);
            assertThat(lone.answered("job")).isLessThan(JOB);
        }
    }

    /** Somebody who sends one prompt, waits for its answer, and sends the next. */
    private static final class Lone {
        private final SystemUnderTest system;
        private final Mail mail;
        private final Set<String> answered = new HashSet<>();

        Lone(SystemUnderTest system, Mail mail) {
            this.system = system;
            this.mail = mail;
        }

        /** Shortest first. */
        List<Duration> times(String job, int count) throws Exception {
            List<Duration> times = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                Instant sent = Instant.now();
                mail.prompt(
                        job,
                        "{\"id\":\"%d\",\"prompt\":\"alone %d\",\"max_tokens\":1,\"priority\":\"interactive\"}"
                                .formatted(i, i));
                untilAnswered(job, i + 1);
                times.add(Duration.between(sent, Instant.now()));
            }
            times.sort(Duration::compareTo);
            return times;
        }

        void untilAnswered(String job, int count) throws Exception {
            Instant end = Instant.now().plus(PATIENCE);
            while (answered(job) < count) {
                assertThat(Instant.now()).as("no answer in %s", PATIENCE).isBefore(end);
                system.tend();
                mail.poll(
                        Duration.ofMillis(5),
                        record -> answered.add(Mail.header(record, Arrival.JOB_HEADER) + "/"
                                + Mail.header(record, Arrival.ID_HEADER)));
            }
        }

        long answered(String job) {
            return answered.stream().filter(each -> each.startsWith(job + "/")).count();
        }
    }
}

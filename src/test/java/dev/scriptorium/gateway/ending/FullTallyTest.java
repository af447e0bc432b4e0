package dev.scriptorium.gateway.ending;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.JobTally;
import dev.scriptorium.gateway.ending.FullTally.End;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** When a batch may say that it is over. */
class FullTallyTest {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private @Nullable JobTally known;
    private Queue<JobTally> coming = new ArrayDeque<>();
    private int looks;

    private FullTally tally(int stoppedAfterLooks) {
        return new FullTally(() -> known, () -> looks >= stoppedAfterLooks, () -> now, LOOK.multipliedBy(5), () -> {
            looks++;
            now = now.plus(LOOK);
            JobTally next = coming.poll();
            known = next == null ? known : next;
        });
    }

    private static JobTally counted(long completed, long rejected) {
        return new JobTally("stories", 60, completed, rejected, 0, 0, Instant.EPOCH);
    }

    @Test
    void doesNotWaitWhereAllAreCounted() {
        // Given
        known = counted(57, 3);

        // When
        End end = tally(Integer.MAX_VALUE).await(60);

        // Then
        assertThat(end).isEqualTo(End.COUNTED);
        assertThat(looks).isZero();
    }

    @Test
    void waitsForTheCommitThatCountsTheLastAnswers() {
        // Given a job of which the router has told nothing yet
        coming = new ArrayDeque<>(List.of(counted(0, 0), counted(48, 0), counted(60, 0)));

        // When
        End end = tally(Integer.MAX_VALUE).await(60);

        // Then
        assertThat(end).isEqualTo(End.COUNTED);
        assertThat(looks).isEqualTo(3);
    }

    @Test
    void waitsOnWhileCountsStillGrow() {
        // Given
        for (int i = 1; i <= 60; i++) {
            coming.add(counted(i, 0));
        }

        // When
        End end = tally(Integer.MAX_VALUE).await(60);

        // Then
        assertThat(end).isEqualTo(End.COUNTED);
    }

    @Test
    void endsWhereARequestIsNeverCounted() {
        // Given
        known = counted(59, 0);

        // When
        End end = tally(Integer.MAX_VALUE).await(60);

        // Then
        assertThat(end).isEqualTo(End.OVERDUE);
        assertThat(looks).isEqualTo(6);
    }

    @Test
    void endsAtOnceWhenTheProcessDoes() {
        // Given
        known = counted(48, 0);

        // When
        End end = tally(2).await(60);

        // Then
        assertThat(end).isEqualTo(End.STOPPED);
        assertThat(looks).isEqualTo(2);
    }
}

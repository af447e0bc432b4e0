package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ComputeTeamTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5})
    void doesEveryPartOnceARoundAndSeesWhatTheRoundBeforeWrote(int threads) {
        // Given
        int rounds = 2_000;
        int[] counts = new int[threads]; // plain on purpose: the team itself must make writes visible
        try (ComputeTeam team = new ComputeTeam(threads)) {

            // When
            for (int round = 0; round < rounds; round++) {
                int expected = round;
                team.run((part, parts) -> {
                    int neighbour = counts[(part + 1) % parts];
                    if (parts != threads || neighbour < expected || neighbour > expected + 1) {
                        throw new IllegalStateException("part " + part + " of " + parts + " found " + neighbour);
                    }
                    counts[part]++;
                });
            }

            // Then
            assertThat(counts).containsOnly(rounds);
        }
    }

    @Test
    void wakesMembersThatWentToSleep() {
        // Given
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        try (ComputeTeam team = new ComputeTeam(2)) {
            team.run((part, parts) -> threads.add(Thread.currentThread()));
            Thread member = threads.stream()
                    .filter(thread -> !thread.equals(Thread.currentThread()))
                    .findFirst()
                    .orElseThrow();
            while (member.getState() != Thread.State.WAITING) {
                LockSupport.parkNanos(100_000);
            }
            threads.clear();

            // When
            team.run((part, parts) -> threads.add(Thread.currentThread()));

            // Then
            assertThat(threads).containsExactlyInAnyOrder(Thread.currentThread(), member);
        }
    }

    @Test
    void waitsForASlowMember() {
        // Given
        int[] done = new int[1];
        try (ComputeTeam team = new ComputeTeam(2)) {

            // When
            team.run((part, parts) -> {
                if (part == 1) {
                    LockSupport.parkNanos(50_000_000);
                    done[0] = 1;
                }
            });

            // Then
            assertThat(done[0]).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void doesEveryPieceOnce(int threads) {
        // Given
        AtomicIntegerArray counts = new AtomicIntegerArray(17);
        int rounds = 500;
        try (ComputeTeam team = new ComputeTeam(threads)) {

            // When
            for (int round = 0; round < rounds; round++) {
                team.run(
                        (piece, pieces, thread) -> {
                            assertThat(pieces).isEqualTo(17);
                            assertThat(thread).isBetween(0, threads - 1);
                            counts.incrementAndGet(piece);
                        },
                        17);
            }

            // Then
            assertThat(IntStream.range(0, 17).map(counts::get)).containsOnly(rounds);
        }
    }

    @Test
    void aThreadThatIsHeldUpLeavesAllOtherPiecesToTheRest() {
        // Given
        int count = 16;
        CountDownLatch others = new CountDownLatch(count - 1);
        try (ComputeTeam team = new ComputeTeam(2)) {

            // When: the first piece ends only after all others, so its thread can do none of those
            team.run(
                    (piece, pieces, thread) -> {
                        if (piece == 0) {
                            await(others);
                        } else {
                            others.countDown();
                        }
                    },
                    count);

            // Then
            assertThat(others.getCount()).isZero();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void handsAPiecesExceptionToTheCallerAndWorksOn() {
        // Given
        AtomicIntegerArray counts = new AtomicIntegerArray(8);
        try (ComputeTeam team = new ComputeTeam(2)) {

            // When
            Throwable thrown = catchThrowable(() -> team.run(
                    (piece, pieces, thread) -> {
                        if (piece == 3) {
                            throw new IllegalArgumentException("piece " + piece);
                        }
                    },
                    8));

            // Then
            assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessage("piece 3");
            team.run((piece, pieces, thread) -> counts.incrementAndGet(piece), 8);
            assertThat(IntStream.range(0, 8).map(counts::get)).containsOnly(1);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void handsAPartsExceptionToTheCallerAndWorksOn(int broken) {
        // Given
        int[] rounds = new int[3];
        try (ComputeTeam team = new ComputeTeam(3)) {

            // When
            Throwable thrown = catchThrowable(() -> team.run((part, parts) -> {
                rounds[part]++;
                if (part == broken) {
                    throw new IllegalArgumentException("part " + part);
                }
            }));

            // Then
            assertThat(thrown).isInstanceOf(IllegalArgumentException.class).hasMessage("part " + broken);
            team.run((part, parts) -> rounds[part]++);
            assertThat(rounds).containsOnly(2);
        }
    }

    @Test
    void keepsTheOtherPartsExceptionsAsSuppressed() {
        // Given
        try (ComputeTeam team = new ComputeTeam(3)) {

            // When
            Throwable thrown = catchThrowable(() -> team.run((part, parts) -> {
                throw new AssertionError("part " + part);
            }));

            // Then
            assertThat(thrown).isInstanceOf(AssertionError.class).hasMessage("part 0");
            assertThat(thrown.getSuppressed()).extracting(Throwable::getMessage).containsExactly("part 1", "part 2");
        }
    }

    @Test
    void endsItsThreadsWhenClosed() {
        // Given
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        ComputeTeam team = new ComputeTeam(4);
        team.run((part, parts) -> threads.add(Thread.currentThread()));

        // When
        team.close();

        // Then
        threads.remove(Thread.currentThread());
        assertThat(threads).hasSize(3).noneMatch(Thread::isAlive);
        team.close();
        assertThatThrownBy(() -> team.run((part, parts) -> {})).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void refusesToHaveNoThreads() {
        assertThatThrownBy(() -> new ComputeTeam(0)).hasMessage("a compute team of 0 threads; must be at least 1");
    }
}

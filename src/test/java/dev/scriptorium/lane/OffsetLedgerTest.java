package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.Seeds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OffsetLedgerTest {
    static LongStream seeds() {
        return Seeds.of(100);
    }

    @Test
    void commitsTheLowestUnfinishedOffset() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(10);
        List.of(10L, 11L, 12L, 13L).forEach(ledger::receive);

        // When
        List.of(11L, 13L).forEach(ledger::finish);

        // Then
        assertThat(ledger.lowestUnfinished()).isEqualTo(10);
    }

    @Test
    void commitsBeyondTheLastRecordWhenAllIsFinished() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(10);
        List.of(10L, 11L).forEach(ledger::receive);

        // When
        List.of(11L, 10L).forEach(ledger::finish);

        // Then
        assertThat(ledger.lowestUnfinished()).isEqualTo(12);
        assertThat(ledger.metadata()).isEmpty();
    }

    @Test
    void doesNotRepeatWhatWasFinishedBeyondTheCommit() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(0);
        List.of(0L, 1L, 2L, 3L).forEach(ledger::receive);
        ledger.start(0);
        ledger.finish(2);

        // When
        OffsetLedger next = OffsetLedger.restored(ledger.lowestUnfinished(), ledger.metadata());

        // Then
        assertThat(List.of(0L, 1L, 2L, 3L)).filteredOn(next::receive).containsExactly(0L, 1L, 3L);
        assertThat(next.starts(0)).isEqualTo(1);
    }

    @Test
    void takesHolesOfTransactionMarkersForNothing() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(0);
        List.of(0L, 5L, 9L).forEach(ledger::receive);

        // When
        List.of(0L, 5L).forEach(ledger::finish);

        // Then
        assertThat(ledger.lowestUnfinished()).isEqualTo(9);
    }

    @Test
    void forgetsRememberedRecordsThatTheTopicNoLongerHas() {
        // Given
        OffsetLedger before = OffsetLedger.startingAt(0);
        List.of(0L, 1L, 2L, 3L).forEach(before::receive);
        List.of(0L, 1L, 3L).forEach(before::start);
        OffsetLedger ledger = OffsetLedger.restored(before.lowestUnfinished(), before.metadata());

        // When
        ledger.receive(3);

        // Then
        assertThat(ledger.lowestUnfinished()).isEqualTo(3);
    }

    @Test
    void beginsAnewWithATopicThatWasMadeAnew() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(0);
        LongStream.range(0, 50).forEach(offset -> {
            ledger.receive(offset);
            ledger.finish(offset);
        });

        // When
        boolean toDo = ledger.receive(0);

        // Then
        assertThat(toDo).isTrue();
        assertThat(ledger.lowestUnfinished()).isZero();
    }

    @Test
    void doesNotCountAStartThatWasTakenBack() {
        // Given
        OffsetLedger ledger = OffsetLedger.startingAt(0);
        ledger.receive(0);
        ledger.start(0);

        // When
        ledger.unstart(0);

        // Then
        assertThat(ledger.starts(0)).isZero();
    }

    /**
     * Many owners one after the other, each of whom dies at a random moment and leaves only its last commit. Whatever
     * happens: no commit is beyond an unfinished record, every record is finished in the end, nothing that was finished
     * at a commit is done again, and no start that was committed is forgotten.
     */
    @ParameterizedTest
    @MethodSource("seeds")
    void losesNothingAndRepeatsNothingAcrossCrashes(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        TreeSet<Long> log = new TreeSet<>();
        long offset = random.nextInt(100);
        for (int i = 0; i < 200; i++) {
            log.add(offset);
            offset += random.nextInt(10) == 0 ? random.nextInt(2, 5) : 1;
        }
        Set<Long> finished = new HashSet<>();
        Set<Long> finishedAtCommit = new HashSet<>();
        Map<Long, Integer> startsAtCommit = new HashMap<>();
        long committed = log.first();
        String metadata = "";
        for (int life = 0; life < 1000 && committed <= log.last(); life++) {
            OffsetLedger ledger = OffsetLedger.restored(committed, metadata);
            TreeSet<Long> inHand = new TreeSet<>();
            Map<Long, Integer> starts = new HashMap<>(startsAtCommit);
            long position = committed;
            for (int step = random.nextInt(60); step > 0; step--) {
                Long next = log.ceiling(position);
                if (next != null && random.nextBoolean()) {
                    position = next + 1;
                    boolean toDo = ledger.receive(next);
                    assertThat(toDo).isEqualTo(!finishedAtCommit.contains(next));
                    if (toDo) {
                        assertThat(ledger.start(next)).isEqualTo(starts.merge(next, 1, Integer::sum));
                        inHand.add(next);
                    }
                } else if (!inHand.isEmpty()) {
                    long done = inHand.stream()
                            .skip(random.nextInt(inHand.size()))
                            .findFirst()
                            .orElseThrow();
                    inHand.remove(done);
                    finished.add(done);
                    ledger.finish(done);
                }
                if (random.nextInt(3) == 0) {
                    committed = ledger.lowestUnfinished();
                    metadata = ledger.metadata();
                    finishedAtCommit = new HashSet<>(finished);
                    startsAtCommit = new HashMap<>(starts);
                    assertThat(finished).containsAll(log.headSet(committed));
                }
            }
            finished = new HashSet<>(finishedAtCommit);
        }
        assertThat(finishedAtCommit).isEqualTo(log);
    }
}

package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.Seeds;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FairShareTest {
    private static final int INTERACTIVE = 0;
    private static final int BULK = 1;

    static LongStream seeds() {
        return Seeds.of(50);
    }

    @Test
    void servesNobodyWhereNobodyWaits() {
        // Given
        FairShare share = new FairShare(List.of(9, 1));

        // When
        int lane = share.next(each -> false);

        // Then
        assertThat(lane).isEqualTo(-1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void sharesTokensByWeightWhileAllAreBusy(long seed) {
        // Given
        FairShare share = new FairShare(List.of(9, 1));
        SplittableRandom random = new SplittableRandom(seed);
        long[] taken = new long[2];

        // When
        for (int i = 0; i < 10_000; i++) {
            int lane = share.next(each -> true);
            long tokens = random.nextInt(1, 500);
            taken[lane] += tokens;
            share.took(lane, tokens);
        }

        // Then
        assertThat((double) taken[BULK] / (taken[INTERACTIVE] + taken[BULK])).isCloseTo(0.1, within(0.01));
    }

    @Test
    void givesEverythingToBulkWhileNobodyElseWaits() {
        // Given
        FairShare share = new FairShare(List.of(9, 1));
        share.took(BULK, 1_000_000);

        // When
        int lane = share.next(each -> each == BULK);

        // Then
        assertThat(lane).isEqualTo(BULK);
    }

    @Test
    void servesALaneThatWasIdleAtOnceButNotForEver() {
        // Given
        FairShare share = new FairShare(List.of(9, 1));
        for (int i = 0; i < 100; i++) {
            share.took(share.next(each -> each == BULK), 100);
        }
        int interactiveInARow = 0;

        // When
        while (share.next(each -> true) == INTERACTIVE) {
            share.took(INTERACTIVE, 100);
            interactiveInARow++;
        }

        // Then
        assertThat(interactiveInARow).isBetween(1, 9);
    }
}

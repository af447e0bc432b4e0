package dev.scriptorium.topology.bell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext.CapturedPunctuator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BellTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final long NOW = 1_000_000;

    private final MockProcessorContext<Void, Void> context = new MockProcessorContext<>();
    private final List<Instant> turns = new ArrayList<>();
    private @Nullable Duration wait;
    private boolean isBroken;
    private final Bell bell = new Bell(context, INTERVAL, this::take);

    private @Nullable Duration take(Instant now) {
        turns.add(now);
        if (isBroken) {
            throw new IllegalStateException("the turn failed");
        }
        return wait;
    }

    private List<CapturedPunctuator> set() {
        return context.scheduledPunctuators().stream()
                .filter(each -> !each.cancelled())
                .toList();
    }

    @Test
    void isSilentUntilItIsAsked() {
        assertThat(context.scheduledPunctuators()).isEmpty();
    }

    @Test
    void ringsOnceHoweverOftenItIsAsked() {
        // When
        bell.soon();
        bell.soon();

        // Then
        assertThat(set()).extracting(CapturedPunctuator::getInterval).containsExactly(INTERVAL);
    }

    @Test
    void isSilentAgainWhenNothingIsLeft() {
        // Given
        bell.soon();
        wait = null;

        // When
        set().getFirst().getPunctuator().punctuate(NOW);

        // Then
        assertThat(turns).containsExactly(Instant.ofEpochMilli(NOW));
        assertThat(set()).isEmpty();
    }

    @Test
    void ringsAfterTheTimeThatTheTurnSaid() {
        // Given
        bell.soon();
        wait = Duration.ofMinutes(1);

        // When
        set().getFirst().getPunctuator().punctuate(NOW);

        // Then
        assertThat(set()).extracting(CapturedPunctuator::getInterval).containsExactly(wait);
    }

    @Test
    void ringsNoOftenerThanItsInterval() {
        // Given
        bell.soon();
        wait = Duration.ofMillis(-7);

        // When
        set().getFirst().getPunctuator().punctuate(NOW);

        // Then
        assertThat(set()).extracting(CapturedPunctuator::getInterval).containsExactly(INTERVAL);
    }

    @Test
    void doesNotLetALongWaitHoldUpWhatIsAskedSince() {
        // Given
        bell.soon();
        wait = Duration.ofMinutes(1);
        set().getFirst().getPunctuator().punctuate(NOW);

        // When
        bell.soon();

        // Then
        assertThat(set()).extracting(CapturedPunctuator::getInterval).containsExactly(INTERVAL);
    }

    @Test
    void ringsAgainAfterATurnThatFailed() {
        // Given
        bell.soon();
        isBroken = true;

        // When
        assertThatThrownBy(() -> set().getFirst().getPunctuator().punctuate(NOW))
                .isInstanceOf(IllegalStateException.class);

        // Then
        assertThat(set()).extracting(CapturedPunctuator::getInterval).containsExactly(INTERVAL);
    }
}

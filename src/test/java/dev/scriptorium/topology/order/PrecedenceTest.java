package dev.scriptorium.topology.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.junit.jupiter.api.Test;

/** Answers do not wait for the prompts that were sent before them. */
class PrecedenceTest {
    private static final long NOW = 1_795_000_000_000L;
    private static final long HOUR = 3_600_000;

    @Test
    void outcomeIsReadBeforeAPromptThatHasWaitedForHours() {
        // Given
        ConsumerRecord<Object, Object> outcome = at(NOW);
        ConsumerRecord<Object, Object> prompt = at(NOW - 5 * HOUR);

        // When
        long first = Precedence.ofOutcome(outcome, 0);
        long second = Precedence.ofPrompt(prompt, 0);

        // Then
        assertThat(first).isLessThan(second);
    }

    @Test
    void recordWithoutATimeDoesNotStopTheRouter() {
        // Given
        ConsumerRecord<Object, Object> timeless = at(ConsumerRecord.NO_TIMESTAMP);

        // When
        long time = Precedence.ofOutcome(timeless, 0);

        // Then
        assertThat(time).isZero();
        assertThat(Precedence.ofPrompt(timeless, 0)).isZero();
    }

    private static ConsumerRecord<Object, Object> at(long time) {
        return new ConsumerRecord<>(
                "topic",
                0,
                0,
                time,
                TimestampType.CREATE_TIME,
                0,
                0,
                "key",
                "value",
                new RecordHeaders(),
                Optional.empty());
    }
}

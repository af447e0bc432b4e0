package dev.scriptorium.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** Which transactions count as hanging. */
class LostMarkersTest {
    private static final TopicPartition PARTITION = new TopicPartition("outcomes", 0);

    private static ProducerState open(long producer, int epoch, long startOffset) {
        return new ProducerState(producer, epoch, 7, 0L, OptionalInt.of(1), OptionalLong.of(startOffset));
    }

    @Test
    void transactionThatItsCoordinatorEndsWhileWeLookIsNotEndedAnotherTime() {
        // Given
        ProducerState hanging = open(1, 4, 100);
        Map<TopicPartition, List<ProducerState>> before =
                Map.of(PARTITION, List.of(hanging, open(2, 4, 110), open(3, 4, 120)));

        // When
        Map<TopicPartition, List<ProducerState>> still = LostMarkers.stillOpen(
                before, Map.of(PARTITION, List.of(open(1, 4, 100), open(2, 5, 130), open(3, 4, 140))));

        // Then
        assertThat(still).isEqualTo(Map.of(PARTITION, List.of(hanging)));
        assertThat(LostMarkers.stillOpen(before, Map.of())).isEmpty();
    }
}

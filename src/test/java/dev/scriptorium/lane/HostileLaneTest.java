package dev.scriptorium.lane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.HostileBytes;
import dev.scriptorium.Seeds;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever stands on a lane, the reader lives, and what is no assignment is put aside. */
class HostileLaneTest {
    private static final int RECORDS = Integer.getInteger("hostile.records", 4000);

    static LongStream seeds() {
        return Seeds.of(1);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void everyRecordOnALaneIsWorkedOnOrPutAside(long seed) {
        // Given
        EventCodec codec = new EventCodec();
        List<byte[]> valid = IntStream.range(0, 5)
                .mapToObj(each -> codec.encode(Hall.assignment("id" + each)))
                .toList();
        HostileBytes hostile = new HostileBytes(seed, valid);
        Hall hall = new Hall(Integer.MAX_VALUE);
        int readable = 0;

        // When
        for (int i = 0; i < RECORDS; i++) {
            byte @Nullable [] value = hostile.value();
            readable += value != null && isAssignment(codec, value) ? 1 : 0;
            hall.arrive(Hall.BULK, value);
            hall.settle();
        }

        // Then
        assertThat(hall.producer.history())
                .as("seed %d", seed)
                .filteredOn(record -> record.topic().equals("dead-letters"))
                .hasSize(RECORDS - readable)
                .allMatch(record -> record.headers().lastHeader(OutcomePublisher.REASON_HEADER) != null);
    }

    @Test
    void aRecordTooLongForTheDeadLettersGoesThereWithoutItsValueAndIsDone() {
        // Given
        Hall hall = new Hall(Integer.MAX_VALUE, false, Map.of());
        hall.arrive(Hall.BULK, new byte[] {1, 2, 3});
        hall.turn();

        // When
        hall.producer.errorNext(new RecordTooLargeException("3 is too many"));
        hall.turn();
        hall.producer.completeNext();
        hall.settle();

        // Then
        ProducerRecord<String, byte[]> dead = hall.producer.history().getLast();
        assertThat(dead.value()).isEmpty();
        assertThat(dead.headers()
                        .lastHeader(OutcomePublisher.VALUE_BYTES_HEADER)
                        .value())
                .asString()
                .isEqualTo("3");
        assertThat(hall.committed(Hall.BULK).offset()).isEqualTo(1);
    }

    private static boolean isAssignment(EventCodec codec, byte[] value) {
        try {
            codec.assignment(value);
            return true;
        } catch (UndecodableException e) {
            return false;
        }
    }
}

package dev.scriptorium.checkpoint.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Bytes of a file to rows of weights. */
class WeightReaderTest {
    @Test
    void interleavedRowsAreFoundForEveryRowOnce() {
        // When
        int[] rows = IntStream.range(0, 16)
                .map(row -> WeightReader.interleavedRow(row, 8))
                .toArray();

        // Then
        assertThat(rows).containsExactly(0, 2, 4, 6, 1, 3, 5, 7, 8, 10, 12, 14, 9, 11, 13, 15);
    }
}

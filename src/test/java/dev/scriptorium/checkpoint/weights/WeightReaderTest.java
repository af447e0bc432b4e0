package dev.scriptorium.checkpoint.weights;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.checkpoint.file.MappedFile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
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

    @Test
    void halfPrecisionRowsAreWidenedExactly() {
        // Given
        short[] halves = {Float.floatToFloat16(1.5f), Float.floatToFloat16(-65504f), 1, Float.floatToFloat16(0.1f)};
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(halves);
        Tensor tensor = tensor("F16", bytes.array(), 2, 2);
        float[] row = new float[2];

        // When
        WeightReader.readFloats(tensor, 1, row);

        // Then
        assertThat(row).containsExactly(0x1p-24f, Float.float16ToFloat(halves[3]));
    }

    @Test
    void q8RowsAreScalesAndQuants() {
        // Given
        ByteBuffer bytes = ByteBuffer.allocate(2 * 34).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(34)
                .putShort(34, Float.floatToFloat16(0.25f))
                .put(36, (byte) -128)
                .put(67, (byte) 127);
        Tensor tensor = tensor("Q8_0", bytes.array(), 2, 32);
        byte[] quants = new byte[32];
        float[] scales = new float[1];

        // When
        WeightReader.readQ8(tensor, 1, quants, scales);

        // Then
        assertThat(scales).containsExactly(0.25f);
        assertThat(quants[0]).isEqualTo((byte) -128);
        assertThat(quants[31]).isEqualTo((byte) 127);
    }

    private static Tensor tensor(String type, byte[] bytes, long rows, long columns) {
        MemorySegment segment = MemorySegment.ofArray(bytes);
        return new Tensor(new MappedFile(Path.of("test"), segment), "t", type, List.of(rows, columns), segment);
    }
}

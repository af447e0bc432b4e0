package dev.scriptorium.checkpoint.weights;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.SharedData;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedMatrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows of every quantised type against ggml itself. The file was made with libggml-base of llama.cpp (as npm's
 * node-llama-cpp 3.22.1 ships it): ggml_quantize_chunk wrote the bytes, dequantize_row_… read them again. Three rows a
 * type: normally distributed, spiky with a block of zeros, and random bits under finite scales.
 */
class GgmlRowsTest {
    private static final Path FILE = Path.of("src/test/resources/checkpoint/ggml-rows.jsonl");

    static Stream<JsonNode> rows() {
        return SharedData.lines(FILE).stream();
    }

    static Stream<JsonNode> writableRows() {
        return rows().filter(row -> !row.get("weights").isNull() && RowEncoder.TYPES.contains(type(row)));
    }

    private static WeightType type(JsonNode row) {
        return Objects.requireNonNull(WeightType.named(row.get("type").asText()));
    }

    private static float[] floats(JsonNode base64) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(base64.binaryValue()).order(ByteOrder.LITTLE_ENDIAN);
        float[] values = new float[bytes.capacity() / Float.BYTES];
        bytes.asFloatBuffer().get(values);
        return values;
    }

    @ParameterizedTest
    @MethodSource("rows")
    void everyWeightIsWhatGgmlMakesOfItsBytes(JsonNode row) throws IOException {
        // When
        float[] weights = RowDecoder.floats(type(row), row.get("bytes").binaryValue());

        // Then
        assertThat(weights).usingComparatorWithPrecision(0f).containsExactly(floats(row.get("dequantised")));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void matricesKeepThoseWeights(JsonNode row) throws IOException {
        // Given
        WeightType type = type(row);
        PackedMatrix.Kind kind = RowDecoder.kind(type);
        if (kind == null) {
            return; // Q8_0 has a matrix of its own
        }
        byte[] bytes = row.get("bytes").binaryValue();
        int columns = row.get("columns").intValue();
        Matrix matrix = PackedMatrix.pack(kind, 33, columns, (index, into) -> RowDecoder.line(type, bytes, into));
        float[] read = new float[columns];

        // When
        matrix.row(32, read);

        // Then
        assertThat(read).usingComparatorWithPrecision(0f).containsExactly(floats(row.get("dequantised")));
    }

    @ParameterizedTest
    @MethodSource("writableRows")
    void bytesAreThoseOfGgmlsQuantiser(JsonNode row) throws IOException {
        // Given
        float[] weights = floats(row.get("weights"));

        // When
        byte[] bytes = RowEncoder.encode(type(row), weights);

        // Then
        assertThat(bytes).isEqualTo(row.get("bytes").binaryValue());
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void heapBytesAreForeseen(WeightType type) {
        // Given
        Matrix matrix = PackedMatrix.pack(
                Objects.requireNonNull(RowDecoder.kind(type)), 64, 512, (index, into) -> into.scales[0] = 1f);

        // When
        long foreseen = WeightPlan.heapBytes(type, 64, 512);

        // Then
        assertThat(foreseen).isBetween(matrix.bytes(), matrix.bytes() * 110 / 100);
    }

    static List<WeightType> kinds() {
        return Stream.of(WeightType.values())
                .filter(type -> RowDecoder.kind(type) != null)
                .toList();
    }
}

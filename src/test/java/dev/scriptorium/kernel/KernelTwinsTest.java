package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Matrices.VECTOR_KERNELS;
import static dev.scriptorium.kernel.Matrices.activations;
import static dev.scriptorium.kernel.Matrices.bits;
import static dev.scriptorium.kernel.Matrices.product;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.scriptorium.Seeds;
import dev.scriptorium.kernel.Kernels.Head;
import dev.scriptorium.kernel.Kernels.Scratch;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The scalar twin is the definition; all others agree with it bit for bit. */
class KernelTwinsTest {
    private static final Kernels SCALAR = new ScalarKernels();

    static Stream<Arguments> shapes() {
        int[] sizes = {1, 7, 15, 16, 17, 31, 32, 33, 64, 207};
        Stream<Arguments> small = Arrays.stream(sizes)
                .boxed()
                .flatMap(rows -> Arrays.stream(sizes).mapToObj(columns -> Arguments.of(rows, columns)));
        // more columns than are widened at once, a panel left over for the widest registers, rows of y 4 KiB apart
        return Stream.concat(
                small,
                Stream.of(
                        Arguments.of(1024, 32),
                        Arguments.of(48, 1024),
                        Arguments.of(33, 1056),
                        Arguments.of(17, 1337)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void productsAgreeForEveryKindWidthAndNumberOfTokens(int rows, int columns) {
        for (Matrix matrix : Matrices.ofEveryKind(rows, columns, rows * 1000L + columns)) {
            for (int tokens : new int[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 19, 24, 28, 33, 61, 99, 123}) {
                // Given
                float[] x = activations(tokens, columns, tokens);
                int[] expected = bits(product(SCALAR, matrix, x, tokens, 1), tokens, rows);

                // When
                Stream<int[]> actual = VECTOR_KERNELS.stream()
                        .map(kernels -> bits(product(kernels, matrix, x, tokens, 1), tokens, rows));

                // Then
                assertThat(actual)
                        .as("%s, %d tokens", matrix.getClass().getSimpleName(), tokens)
                        .allSatisfy(bits -> assertThat(bits).isEqualTo(expected));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 5})
    void productsDoNotDependOnHowPanelsAreShared(int parts) {
        for (Matrix matrix : Matrices.ofEveryKind(207, 96, parts)) {
            for (int tokens : new int[] {1, 4, 19}) {
                // Given
                float[] x = activations(tokens, 96, tokens);
                int[] whole = bits(product(SCALAR, matrix, x, tokens, 1), tokens, 207);

                // When
                Stream<int[]> shared = Stream.concat(Stream.of(SCALAR), VECTOR_KERNELS.stream())
                        .map(kernels -> bits(product(kernels, matrix, x, tokens, parts), tokens, 207));

                // Then
                assertThat(shared).allSatisfy(bits -> assertThat(bits).isEqualTo(whole));
            }
        }
    }

    @Test
    void productsAreTheLawOfArithmeticWrittenOut() {
        // Given
        Matrix matrix = Matrices.q8(3, 64, 7);
        float[] x = activations(1, 64, 8);
        float[] row = new float[64];
        matrix.row(2, row);

        // When
        float[] y = product(SCALAR, matrix, x, 1, 1);

        // Then
        float sum = 0f;
        for (int k = 0; k < 64; k++) {
            sum = Math.fma(row[k], x[k], sum);
        }
        assertThat(y[2]).isEqualTo(sum);
    }

    @Test
    void productsWithFourBitsAreTheirLawWrittenOut() {
        // Given
        Matrix matrix = Matrices.packed(PackedMatrix.Kind.Q4_0, 3, 64, 7);
        float[] x = activations(1, 64, 8);
        float[] weights = new float[64];
        matrix.row(2, weights);
        Q4Matrix quants = (Q4Matrix) matrix;

        // When
        float[] y = product(SCALAR, matrix, x, 1, 1);

        // Then
        float expected = 0f;
        double plain = 0;
        for (int block = 0; block < 64; block += 32) {
            float largest = 0f;
            for (int k = block; k < block + 32; k++) {
                largest = Math.max(largest, Math.abs(x[k]));
            }
            long sum = 0;
            for (int k = block; k < block + 32; k++) {
                sum += (long) Math.rint(x[k] * (127 / largest)) * quants.quant(2, k);
                plain += (double) weights[k] * x[k];
            }
            expected = Math.fma(sum * (largest / 127), quants.scale(2, block), expected);
        }
        assertThat(y[2]).isEqualTo(expected).isCloseTo((float) plain, Offset.offset(0.01f));
    }

    /** The sum of a block is as large as it can be: 32 * 8 * 127, which 16 bits just hold. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 12})
    void sumsOfTheLargestNumbersDoNotOverflow(int tokens) {
        // Given
        Matrix matrix = PackedMatrix.pack(PackedMatrix.Kind.Q4_0, 32, 32, (row, line) -> line.scales[0] = 1f);
        float[] x = new float[tokens * 32];
        Arrays.fill(x, -127f);

        // When
        Stream<float[]> products = Stream.concat(Stream.of(SCALAR), VECTOR_KERNELS.stream())
                .map(kernels -> product(kernels, matrix, x, tokens, 1));

        // Then
        assertThat(products).allSatisfy(y -> assertThat(y).containsOnly(32f * 8 * 127));
    }

    /** The smallest and the largest that a file can hold, and zeros of both signs. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 8})
    void scalesOfFourBitsAreWhatTheirSixteenBitsSay(int tokens) {
        // Given
        float[] scales = {0x1p-24f, -0x1p-24f, 0x1.ff8p-15f, 0x1p-14f, -65504f, 65504f, 0f, -0f, 0.1f};
        scales[8] = Float.float16ToFloat(Float.floatToFloat16(scales[8]));
        Matrix matrix = PackedMatrix.pack(PackedMatrix.Kind.Q4_0, 70, 32, (row, line) -> {
            Arrays.fill(line.quants, (byte) (row % 16));
            line.scales[0] = scales[row % scales.length];
        });
        float[] x = activations(tokens, 32, tokens);
        int[] expected = bits(product(SCALAR, matrix, x, tokens, 1), tokens, 70);

        // When
        Stream<int[]> products =
                VECTOR_KERNELS.stream().map(kernels -> bits(product(kernels, matrix, x, tokens, 1), tokens, 70));

        // Then
        assertThat(products).allSatisfy(bits -> assertThat(bits).isEqualTo(expected));
    }

    @ParameterizedTest
    @ValueSource(floats = {0.1f, 65520f, 1e-9f, Float.POSITIVE_INFINITY, Float.NaN})
    void refusesScalesOfFourBitsThatNoFileCouldHold(float scale) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> PackedMatrix.pack(PackedMatrix.Kind.Q4_0, 1, 32, (row, line) -> line.scales[0] = scale))
                .withMessage("a scale of Q4_0 is %s, not a finite f16 number".formatted(scale));
    }

    /** A model that has gone wrong must be seen to; nothing may be rounded away. */
    @Test
    void whatIsNoNumberStaysNoneWhereActivationsAreRounded() {
        // Given
        Matrix matrix = Matrices.packed(PackedMatrix.Kind.Q4_0, 32, 96, 5);
        float[] x = activations(4, 96, 5);
        x[40] = Float.NaN;
        x[96 + 70] = Float.NEGATIVE_INFINITY;
        Arrays.fill(x, 192, 288, 1e-35f);

        // When
        Stream<float[]> products = Stream.concat(Stream.of(SCALAR), VECTOR_KERNELS.stream())
                .map(kernels -> product(kernels, matrix, x, 4, 1));

        // Then
        assertThat(products).allSatisfy(y -> {
            assertThat(Arrays.copyOf(y, 64)).containsOnly(Float.NaN);
            assertThat(Arrays.copyOfRange(y, 64, 96)).containsOnly(0f);
            assertThat(Arrays.copyOfRange(y, 96, 128)).doesNotContain(Float.NaN);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 15, 16, 17, 31, 33, 64, 207, 1024, 4098})
    void rowsAgree(int size) {
        // Given
        float[] x = Seeds.floats(size + 5, size);
        float[] weights = Seeds.floats(size, size + 1);

        // When
        Stream<float[][]> results =
                Stream.concat(Stream.of(SCALAR), VECTOR_KERNELS.stream()).map(kernels -> rows(kernels, x, weights));

        // Then
        float[][] expected = rows(SCALAR, x, weights);
        assertThat(results).allSatisfy(rows -> assertThat(rows).isDeepEqualTo(expected));
    }

    /** Every operation on rows, from an odd offset. */
    private static float[][] rows(Kernels kernels, float[] x, float[] weights) {
        int size = weights.length;
        float[] normed = new float[x.length];
        kernels.rmsNorm(x, 5, weights, 1e-5f, normed, new Scratch());
        float[] shares = scaled(x, 30f);
        kernels.softmax(shares, 5, size, new Scratch());
        float[] gate = scaled(x, 100f);
        kernels.swiglu(gate, normed, 5, size, new Scratch());
        float[] sum = x.clone();
        kernels.add(sum, gate, 5, 5 + size);
        float[] turned = x.clone();
        kernels.rotate(turned, 5, size / 2, weights, normed, 0);
        return new float[][] {normed, shares, gate, sum, turned};
    }

    private static float[] scaled(float[] x, float factor) {
        float[] scaled = x.clone();
        for (int i = 0; i < x.length; i++) {
            scaled[i] *= factor;
        }
        return scaled;
    }

    @ParameterizedTest
    @CsvSource({"2, 1", "8, 3", "16, 16", "32, 7", "48, 15", "64, 17", "80, 52", "96, 64", "128, 65", "128, 139"})
    void attentionAgrees(int headSize, int positions) {
        // Given
        float[][] blocks = new float[Kernels.stride(positions) / Kernels.BLOCK_POSITIONS][];
        for (int i = 0; i < blocks.length; i++) {
            blocks[i] = Seeds.floats(16 * (headSize + Kernels.stride(headSize)) + 3, headSize + 100L * i);
        }
        float[] query = Seeds.floats(headSize + 1, headSize + 1L);

        // When
        Stream<float[]> results = Stream.concat(Stream.of(SCALAR), VECTOR_KERNELS.stream())
                .map(kernels -> attention(kernels, query, blocks, headSize, positions));

        // Then
        float[] expected = attention(SCALAR, query, blocks, headSize, positions);
        assertThat(results).allSatisfy(out -> assertThat(out).isEqualTo(expected));
    }

    private static float[] attention(Kernels kernels, float[] query, float[][] blocks, int headSize, int positions) {
        int width = Kernels.stride(headSize);
        float[] scores = new float[16 * blocks.length];
        kernels.scores(new Head(headSize, 0.3f), query, 1, blocks, 3, positions, scores);
        kernels.softmax(scores, 0, positions, new Scratch());
        float[] out = Seeds.floats(width, 9);
        kernels.mix(scores, positions, blocks, 3 + 16 * headSize, width, out);
        return out;
    }

    @Test
    void softmaxIsRightWhereExpEnds() {
        for (Kernels kernels :
                IntStream.of(128, 256, 512).mapToObj(VectorKernels::new).toList()) {
            // Given
            float[] values = new float[20];
            Arrays.fill(values, -1000f);
            values[3] = 1000f;
            values[17] = 1000f;

            // When
            kernels.softmax(values, 0, 20, new Scratch());

            // Then
            assertThat(values[3]).isEqualTo(0.5f);
            assertThat(values[17]).isEqualTo(0.5f);
            assertThat(values[0]).isEqualTo(0f);
        }
    }
}

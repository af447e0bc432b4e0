package dev.scriptorium.bench;

import dev.scriptorium.kernel.Bf16Matrix;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedMatrix;
import dev.scriptorium.kernel.PackedRows;
import dev.scriptorium.kernel.Q8Matrix;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Single kernels in one thread, in the shapes of cosmo-1b. How to run it is in docs/performance.md. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 4, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class KernelBench {
    private static final int HIDDEN = 2048;
    private static final int INTERMEDIATE = 8192;
    private static final int HEAD = 128;

    /** A matrix times some tokens. Matrices take turns, so that weights come from memory as in a forward pass. */
    @State(Scope.Thread)
    public static class Product {
        private static final int MATRICES = 64;
        private static final int ROWS = 320;

        @Param({"Q8_0", "Q4_0", "BF16"})
        public String kind = "";

        @Param({"1", "4", "8", "16", "32", "96"})
        public int tokens;

        final Kernels kernels = fastest();
        final Kernels.Scratch scratch = new Kernels.Scratch();
        final PackedRows x = new PackedRows();
        final Matrix[] matrices = new Matrix[MATRICES];
        float[] y = {};
        int next;

        @Setup
        public void fill() {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < MATRICES; i++) {
                matrices[i] = matrix(kind, ROWS, HIDDEN, random);
            }
            kernels.shape(x, tokens, HIDDEN, PackedRows.Form.of(Arrays.stream(matrices)));
            x.fill(floats(tokens * Kernels.stride(HIDDEN), random), 0, HIDDEN);
            y = new float[tokens * Kernels.stride(ROWS)];
        }
    }

    /** The next matrix of 320 x 2048; fused multiply-adds: 655,360 a token. */
    @Benchmark
    public float[] product(Product state) {
        state.next = (state.next + 1) % Product.MATRICES;
        Matrix matrix = state.matrices[state.next];
        state.kernels.product(matrix, 0, Kernels.panels(matrix.rows()), state.x, state.y, state.scratch);
        return state.y;
    }

    /** One head of one token over what came before it. */
    @State(Scope.Thread)
    public static class Attention {
        @Param({"64", "512", "2048"})
        public int positions;

        final Kernels kernels = fastest();
        final Kernels.Scratch scratch = new Kernels.Scratch();
        final Kernels.Head head = new Kernels.Head(HEAD, (float) (1 / Math.sqrt(HEAD)));
        float[] query = {};
        float[] scores = {};
        float[][] blocks = {};
        final float[] mixed = new float[HEAD];

        @Setup
        public void fill() {
            SplittableRandom random = new SplittableRandom(1);
            query = floats(HEAD, random);
            scores = new float[positions + Kernels.BLOCK_POSITIONS];
            blocks = new float[positions / Kernels.BLOCK_POSITIONS][];
            for (int i = 0; i < blocks.length; i++) {
                blocks[i] = floats(2 * HEAD * Kernels.BLOCK_POSITIONS, random);
            }
        }
    }

    /** Scores, softmax and the mix of values. */
    @Benchmark
    public float[] attention(Attention state) {
        Kernels kernels = state.kernels;
        kernels.scores(state.head, state.query, 0, state.blocks, 0, state.positions, state.scores);
        kernels.softmax(state.scores, 0, state.positions, state.scratch);
        int valuesAt = HEAD * Kernels.BLOCK_POSITIONS;
        kernels.mix(state.scores, state.positions, state.blocks, valuesAt, HEAD, state.mixed);
        return state.mixed;
    }

    /** One token's row between the products. */
    @State(Scope.Thread)
    public static class Row {
        final Kernels kernels = fastest();
        final Kernels.Scratch scratch = new Kernels.Scratch();
        final float[] x = floats(INTERMEDIATE, new SplittableRandom(1));
        final float[] weights = floats(HIDDEN, new SplittableRandom(2));
        final float[] up = floats(INTERMEDIATE, new SplittableRandom(3));
        final float[] y = new float[INTERMEDIATE];
    }

    @Benchmark
    public float[] rmsNorm(Row state) {
        state.kernels.rmsNorm(state.x, 0, state.weights, 1e-5f, state.y, state.scratch);
        return state.y;
    }

    @Benchmark
    public float[] swiglu(Row state) {
        System.arraycopy(state.x, 0, state.y, 0, INTERMEDIATE);
        state.kernels.swiglu(state.y, state.up, 0, INTERMEDIATE, state.scratch);
        return state.y;
    }

    private static Kernels fastest() {
        return KernelChoice.of(KernelChoice.MachineFacts.here()).kernels();
    }

    private static float[] floats(int size, SplittableRandom random) {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
            values[i] = (float) random.nextDouble(-1, 1);
        }
        return values;
    }

    private static Matrix matrix(String kind, int rows, int columns, SplittableRandom random) {
        return switch (kind) {
            case "Q8_0" ->
                Q8Matrix.pack(rows, columns, (row, quants, scales) -> {
                    random.nextBytes(quants);
                    Arrays.fill(scales, Float.floatToFloat16(0.001f));
                });
            case "Q4_0" ->
                PackedMatrix.pack(PackedMatrix.Kind.Q4_0, rows, columns, (row, line) -> {
                    for (int k = 0; k < columns; k++) {
                        line.quants[k] = (byte) random.nextInt(16);
                    }
                    Arrays.fill(line.scales, 0x1p-7f);
                });
            case "BF16" ->
                Bf16Matrix.pack(rows, columns, (row, into) -> {
                    for (int k = 0; k < columns; k++) {
                        into[k] = (short) (Float.floatToRawIntBits((float) random.nextDouble(-1, 1)) >>> 16);
                    }
                });
            default -> throw new IllegalArgumentException("kind is " + kind + "; must be Q8_0, Q4_0 or BF16");
        };
    }
}

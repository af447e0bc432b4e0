package dev.scriptorium.model;

import dev.scriptorium.Seeds;
import dev.scriptorium.kernel.Bf16Matrix;
import dev.scriptorium.kernel.F32Matrix;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedMatrix;
import dev.scriptorium.kernel.Q8Matrix;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Random weights of a model that is small and odd: grouped heads, rows that fill no panel, every kind of matrix. */
final class TinyModel {
    static final LlamaConfig CONFIG = new LlamaConfig(64, 172, 2, 8, 4, 8, 101, 200, 1e-5f, 10_000);

    private TinyModel() {}

    static LlamaWeights weights(LlamaConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int hidden = config.hiddenSize();
        return new LlamaWeights(
                f32(config.vocabularySize(), hidden, random),
                IntStream.range(0, config.layers())
                        .mapToObj(layer -> layer(config, random))
                        .toList(),
                norm(hidden, random),
                bf16(config.vocabularySize(), hidden, random));
    }

    /** With weights of four bits among the others, which the textbook does not have. */
    static LlamaWeights withFourBits(LlamaConfig config, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        LlamaWeights plain = weights(config, seed);
        return new LlamaWeights(
                plain.embedding(),
                plain.layers().stream()
                        .map(layer -> new LlamaWeights.Layer(
                                layer.attentionNorm(),
                                layer.query(),
                                layer.key(),
                                layer.value(),
                                q4(config.hiddenSize(), config.querySize(), random),
                                layer.feedForwardNorm(),
                                layer.gate(),
                                q4(config.intermediateSize(), config.hiddenSize(), random),
                                layer.down()))
                        .toList(),
                plain.outputNorm(),
                plain.output());
    }

    private static LlamaWeights.Layer layer(LlamaConfig config, SplittableRandom random) {
        int hidden = config.hiddenSize();
        return new LlamaWeights.Layer(
                norm(hidden, random),
                q8(config.querySize(), hidden, random),
                f32(config.keyValueSize(), hidden, random),
                bf16(config.keyValueSize(), hidden, random),
                q8(hidden, config.querySize(), random),
                norm(hidden, random),
                q8(config.intermediateSize(), hidden, random),
                bf16(config.intermediateSize(), hidden, random),
                f32(hidden, config.intermediateSize(), random));
    }

    private static float[] norm(int size, SplittableRandom random) {
        float[] norm = Seeds.floats(size, random.nextLong());
        for (int i = 0; i < size; i++) {
            norm[i] += 1.5f;
        }
        return norm;
    }

    private static Matrix f32(int rows, int columns, SplittableRandom random) {
        return F32Matrix.pack(rows, columns, (row, into) -> {
            float[] values = Seeds.floats(columns, random.nextLong());
            for (int k = 0; k < columns; k++) {
                into[k] = values[k] * 0.3f;
            }
        });
    }

    private static Matrix bf16(int rows, int columns, SplittableRandom random) {
        return Bf16Matrix.pack(rows, columns, (row, into) -> {
            float[] values = Seeds.floats(columns, random.nextLong());
            for (int k = 0; k < columns; k++) {
                into[k] = (short) (Float.floatToRawIntBits(values[k] * 0.3f) >>> 16);
            }
        });
    }

    private static Matrix q8(int rows, int columns, SplittableRandom random) {
        return Q8Matrix.pack(rows, columns, (row, quants, scales) -> {
            random.nextBytes(quants);
            for (int block = 0; block < scales.length; block++) {
                scales[block] = Float.floatToFloat16((float) random.nextDouble(0.001, 0.003));
            }
        });
    }

    private static Matrix q4(int rows, int columns, SplittableRandom random) {
        return PackedMatrix.pack(PackedMatrix.Kind.Q4_0, rows, columns, (row, line) -> {
            for (int k = 0; k < columns; k++) {
                line.quants[k] = (byte) random.nextInt(16);
            }
            for (int block = 0; block < line.scales.length; block++) {
                short scale = Float.floatToFloat16((float) random.nextDouble(0.01, 0.05));
                line.scales[block] = Float.float16ToFloat(scale);
            }
        });
    }

    /** Tokens of one sequence, equal for equal seeds. */
    static int[] tokens(int count, long seed) {
        return new SplittableRandom(seed)
                .ints(count, 0, CONFIG.vocabularySize())
                .toArray();
    }
}

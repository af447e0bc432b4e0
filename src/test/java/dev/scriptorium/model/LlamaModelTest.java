package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.kernel.VectorKernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The numbers: near the textbook, and the same bits whatever surrounds a sequence. */
class LlamaModelTest {
    private static final LlamaWeights WEIGHTS = TinyModel.weights(TinyModel.CONFIG, 1);
    private static final int CACHE_TOKENS = 4096;

    private static LlamaModel model(Kernels kernels, ComputeTeam team) {
        LlamaWeights weights = TinyModel.withFourBits(TinyModel.CONFIG, 1);
        return new LlamaModel(TinyModel.CONFIG, weights, kernels, team, CACHE_TOKENS);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 15, 16, 17, 50})
    void comesNearTheTextbook(int length) {
        // Given
        int[] tokens = TinyModel.tokens(length, length);
        double[] expected = new NaiveLlama(TinyModel.CONFIG, WEIGHTS).logits(tokens);
        try (ComputeTeam team = new ComputeTeam(1)) {

            Kernels kernels = new VectorKernels(256);
            LlamaModel model = new LlamaModel(TinyModel.CONFIG, WEIGHTS, kernels, team, CACHE_TOKENS);

            // When
            float[] logits = alone(model, tokens, length);

            // Then
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) logits[i]).isCloseTo(expected[i], within(2e-4));
            }
        }
    }

    static Stream<Arguments> kernelsAndThreads() {
        return Stream.of(new ScalarKernels(), new VectorKernels(128), new VectorKernels(256), new VectorKernels(512))
                .flatMap(kernels -> Stream.of(1, 2, 3).map(threads -> Arguments.of(kernels, threads)));
    }

    @ParameterizedTest
    @MethodSource("kernelsAndThreads")
    void givesTheSameBitsAloneInABatchAndInPieces(Kernels kernels, int threads) {
        // Given
        int[] tokens = TinyModel.tokens(41, 3);
        float[] expected;
        try (ComputeTeam one = new ComputeTeam(1)) {
            expected = alone(model(new ScalarKernels(), one), tokens, 41);
        }
        try (ComputeTeam team = new ComputeTeam(threads)) {
            LlamaModel model = model(kernels, team);

            // When
            List<float[]> ways = List.of(
                    alone(model, tokens, 41),
                    alone(model, tokens, 1),
                    alone(model, tokens, 7),
                    alone(model, tokens, 16),
                    inABatchOf(model, tokens, 16, 5),
                    inABatchOf(model, tokens, 19, 41),
                    inABatchOf(model, tokens, 2, 1));

            // Then
            assertThat(ways).allSatisfy(logits -> assertThat(logits).isEqualTo(expected));
            assertThat(model.cacheBlocksFree()).isEqualTo(CACHE_TOKENS / 16);
        }
    }

    /** The last token's logits, with the prompt cut into pieces. */
    private static float[] alone(LlamaModel model, int[] tokens, int piece) {
        try (CachedSequence sequence = model.open(tokens.length)) {
            float[] last = {};
            for (int from = 0; from < tokens.length; from += piece) {
                int[] part = Arrays.copyOfRange(tokens, from, Math.min(from + piece, tokens.length));
                boolean wants = from + piece >= tokens.length;
                Logits logits = model.forward(List.of(Chunk.of(sequence, part, wants)));
                assertThat(logits.rows()).isEqualTo(wants ? 1 : 0);
                last = logits.values();
            }
            return Arrays.copyOf(last, model.vocabularySize());
        }
    }

    /** Other sequences of all lengths before and after it, some of which want logits; those of the sequence. */
    private static float[] inABatchOf(LlamaModel model, int[] tokens, int size, int piece) {
        CachedSequence sequence = model.open(tokens.length);
        List<CachedSequence> others = new ArrayList<>();
        for (int i = 1; i < size; i++) {
            others.add(model.open(model.contextLength()));
        }
        float[] last = {};
        for (int from = 0; from < tokens.length; from += piece) {
            List<Chunk> step = new ArrayList<>();
            int at = 0;
            for (int i = 0; i < others.size(); i++) {
                boolean wants = i % 3 == 0;
                int count = 1 + (i * 5 + from) % 4;
                if (i == size / 2) {
                    at = wanting(step);
                    step.add(chunk(sequence, tokens, from, piece));
                }
                step.add(Chunk.of(others.get(i), TinyModel.tokens(count, i + from), wants));
            }
            if (size / 2 >= others.size()) {
                at = wanting(step);
                step.add(chunk(sequence, tokens, from, piece));
            }
            Logits logits = model.forward(step);
            int size1 = logits.vocabularySize();
            last = Arrays.copyOfRange(logits.values(), at * size1, (at + 1) * size1);
        }
        others.forEach(CachedSequence::close);
        sequence.close();
        return last;
    }

    private static int wanting(List<Chunk> step) {
        return (int) step.stream().filter(chunk -> chunk.logitRows() > 0).count();
    }

    private static Chunk chunk(CachedSequence sequence, int[] tokens, int from, int piece) {
        return Chunk.of(sequence, Arrays.copyOfRange(tokens, from, Math.min(from + piece, tokens.length)), true);
    }

    @Test
    void tiedModelsUseTheEmbeddingAsOutput() {
        // Given
        LlamaWeights tied =
                new LlamaWeights(WEIGHTS.embedding(), WEIGHTS.layers(), WEIGHTS.outputNorm(), WEIGHTS.embedding());
        int[] tokens = TinyModel.tokens(5, 1);
        double[] expected = new NaiveLlama(TinyModel.CONFIG, tied).logits(tokens);
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaModel model = new LlamaModel(TinyModel.CONFIG, tied, new ScalarKernels(), team, 64);

            // When
            float[] logits = alone(model, tokens, 5);

            // Then
            for (int i = 0; i < expected.length; i++) {
                assertThat((double) logits[i]).isCloseTo(expected[i], within(2e-4));
            }
        }
    }

    @Test
    void aUsedBlockLeavesNoTraceInTheNextSequence() {
        // Given
        int[] tokens = TinyModel.tokens(20, 4);
        try (ComputeTeam team = new ComputeTeam(1)) {
            LlamaModel fresh = new LlamaModel(TinyModel.CONFIG, WEIGHTS, new ScalarKernels(), team, 32);
            float[] expected = alone(fresh, tokens, 20);
            LlamaModel used = new LlamaModel(TinyModel.CONFIG, WEIGHTS, new ScalarKernels(), team, 32);
            alone(used, TinyModel.tokens(32, 5), 32);

            // When
            float[] logits = alone(used, tokens, 20);

            // Then
            assertThat(logits).isEqualTo(expected);
        }
    }
}

package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.Seeds;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Sharing saves work and changes no bit: what a block holds is a function of the tokens up to its end. */
class SharedBlocksTest {
    private static final LlamaWeights WEIGHTS = TinyModel.weights(TinyModel.CONFIG, 1);

    private final ComputeTeam team = new ComputeTeam(1);

    private LlamaModel model(int cacheTokens) {
        return new LlamaModel(TinyModel.CONFIG, WEIGHTS, new ScalarKernels(), team, cacheTokens);
    }

    @AfterEach
    void closeTeam() {
        team.close();
    }

    static LongStream seeds() {
        return Seeds.of(12);
    }

    @Test
    void takesOverWholeBlocksOfTheSameTokensAndLeavesTheLastTokenToCompute() {
        // Given
        LlamaModel model = model(512);
        int[] tokens = TinyModel.tokens(64, 1);
        CachedSequence first = model.open(100);
        pass(model, first, tokens, 0, 64);
        CachedSequence second = model.open(100);

        // When
        int reused = second.reuse(tokens, 64);

        // Then
        assertThat(reused).isEqualTo(48);
        assertThat(model.cacheBlocksFree()).isEqualTo(32 - 4);
        assertThat(pass(model, second, tokens, 48, 16)).isEqualTo(fresh(tokens));
        // The block that both computed is kept once.
        assertThat(model.cacheBlocksFree()).isEqualTo(32 - 4);
    }

    @Test
    void goesOnOverWhatAnotherSequenceComputedMeanwhile() {
        // Given
        LlamaModel model = model(512);
        int[] tokens = TinyModel.tokens(60, 2);
        CachedSequence ahead = model.open(100);
        CachedSequence behind = model.open(100);
        pass(model, ahead, tokens, 0, 16);
        assertThat(behind.reuse(tokens, 60)).isEqualTo(16);
        pass(model, ahead, tokens, 16, 44);

        // When
        int reused = behind.reuse(tokens, 60);

        // Then
        assertThat(reused).isEqualTo(48);
        assertThat(pass(model, behind, tokens, 48, 12)).isEqualTo(fresh(tokens));
    }

    @Test
    void neverTakesABlockWithTheSameTokensAfterOthers() {
        // Given
        LlamaModel model = model(512);
        int[] one = TinyModel.tokens(40, 1);
        int[] other = TinyModel.tokens(40, 2);
        System.arraycopy(one, 16, other, 16, 24);
        CachedSequence first = model.open(100);
        pass(model, first, one, 0, 40);
        CachedSequence second = model.open(100);

        // When
        int atTheBeginning = second.reuse(other, 40);
        pass(model, second, other, 0, 16);
        int afterwards = second.reuse(other, 40);

        // Then
        assertThat(atTheBeginning).isZero();
        assertThat(afterwards).isEqualTo(16);
        assertThat(pass(model, second, other, 16, 24)).isEqualTo(fresh(other));
    }

    @Test
    void keepsWhatNobodyHoldsUntilItsRoomIsNeededAndThenLosesTheOldestEndFirst() {
        // Given: eight blocks, of which the first sequence fills four and the second two.
        LlamaModel model = model(128);
        int[] oldTokens = TinyModel.tokens(64, 1);
        int[] newTokens = TinyModel.tokens(32, 2);
        closeAfterPassing(model, oldTokens);
        closeAfterPassing(model, newTokens);
        assertThat(model.cacheBlocksFree()).isEqualTo(8);

        // When
        closeAfterPassing(model, TinyModel.tokens(64, 3));

        // Then
        assertThat(reusable(model, oldTokens)).isEqualTo(32);
        assertThat(reusable(model, newTokens)).isEqualTo(16); // all but the last token, so not its second block
    }

    @Test
    void forgetsGuessesAndSharesNoneOfThem() {
        // Given
        LlamaModel model = model(512);
        int[] tokens = TinyModel.tokens(40, 1);
        CachedSequence sequence = model.open(100);
        pass(model, sequence, tokens, 0, 14);
        int[] guesses = TinyModel.tokens(20, 7);
        guesses[0] = tokens[14];
        model.forward(List.of(new LanguageModel.Tokens(sequence, guesses, 0, 20, 20)));

        // When
        sequence.truncate(15);

        // Then
        assertThat(model.cacheBlocksFree()).isEqualTo(32 - 1);
        assertThat(pass(model, sequence, tokens, 15, 25)).isEqualTo(fresh(tokens));
        assertThat(reusable(model, tokens)).isEqualTo(32);
        assertThatThrownBy(() -> sequence.truncate(20))
                .hasMessage("a sequence of 40 positions, of which the first 32 are shared, cannot be cut to 20");
    }

    @Test
    void givesTheLogitsOfEveryTokenThatIsAskedFor() {
        // Given
        LlamaModel model = model(512);
        int[] tokens = TinyModel.tokens(30, 1);
        CachedSequence sequence = model.open(100);
        CachedSequence other = model.open(100);
        pass(model, sequence, tokens, 0, 20);

        // When
        Logits logits = model.forward(List.of(
                Chunk.of(other, new int[] {1, 2, 3}, true), new LanguageModel.Tokens(sequence, tokens, 20, 10, 4)));

        // Then
        assertThat(logits.rows()).isEqualTo(5);
        for (int row = 1; row < 5; row++) {
            int size = logits.vocabularySize();
            assertThat(Arrays.copyOfRange(logits.values(), row * size, (row + 1) * size))
                    .isEqualTo(fresh(Arrays.copyOf(tokens, 26 + row)));
        }
    }

    /** Sequences with common beginnings come, go on, are closed and come again in a cache that is too small for all. */
    @ParameterizedTest
    @MethodSource("seeds")
    void theBitsAreThoseOfASequenceAloneWhateverIsSharedOrEvicted(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        int[][] texts = IntStream.range(0, 9).mapToObj(each -> text(random)).toArray(int[][]::new);
        float[][] expected = Arrays.stream(texts).map(this::fresh).toArray(float[][]::new);
        LlamaModel model = model(20 * 16);
        int reused = 0;
        for (int round = 0; round < 25; round++) {
            List<Integer> chosen = random.ints(0, texts.length)
                    .distinct()
                    .limit(random.nextInt(1, 4))
                    .boxed()
                    .toList();
            List<CachedSequence> open = new ArrayList<>();
            for (int i : chosen) {
                CachedSequence sequence = model.open(100);
                reused += sequence.reuse(texts[i], texts[i].length);
                open.add(sequence);
            }
            while (open.stream().anyMatch(sequence -> behind(sequence, chosen, open, texts) > 0)) {
                List<Chunk> step = new ArrayList<>();
                List<Integer> ends = new ArrayList<>();
                for (int i = 0; i < open.size(); i++) {
                    int[] tokens = texts[chosen.get(i)];
                    int from = open.get(i).reuse(tokens, tokens.length);
                    int count = Math.min(tokens.length - from, random.nextInt(1, 40));
                    if (count > 0) {
                        step.add(new LanguageModel.Tokens(open.get(i), tokens, from, count, 1));
                        ends.add(from + count == tokens.length ? chosen.get(i) : -1);
                    }
                }
                Logits logits = model.forward(step);
                for (int row = 0; row < ends.size(); row++) {
                    if (ends.get(row) >= 0) {
                        int size = logits.vocabularySize();
                        assertThat(Arrays.copyOfRange(logits.values(), row * size, (row + 1) * size))
                                .isEqualTo(expected[ends.get(row)]);
                    }
                }
            }
            open.forEach(CachedSequence::close);
            assertThat(model.cacheBlocksFree()).isEqualTo(20);
        }
        assertThat(reused).isPositive();
    }

    private static int behind(CachedSequence sequence, List<Integer> chosen, List<CachedSequence> open, int[][] texts) {
        return texts[chosen.get(open.indexOf(sequence))].length - sequence.length();
    }

    /** 1 to 90 tokens that begin as one of two templates do. */
    private static int[] text(SplittableRandom random) {
        int[] text = TinyModel.tokens(random.nextInt(1, 91), random.nextLong());
        int[] template = TinyModel.tokens(60, random.nextInt(2));
        System.arraycopy(template, 0, text, 0, Math.min(random.nextInt(61), text.length));
        return text;
    }

    private float[] fresh(int[] tokens) {
        LlamaModel model = model(128);
        return pass(model, model.open(tokens.length), tokens, 0, tokens.length);
    }

    private static float[] pass(LlamaModel model, CachedSequence sequence, int[] tokens, int from, int count) {
        Logits logits = model.forward(List.of(new LanguageModel.Tokens(sequence, tokens, from, count, 1)));
        return Arrays.copyOf(logits.values(), logits.vocabularySize());
    }

    private static void closeAfterPassing(LlamaModel model, int[] tokens) {
        try (CachedSequence sequence = model.open(tokens.length)) {
            pass(model, sequence, tokens, 0, tokens.length);
        }
    }

    private static int reusable(LlamaModel model, int[] tokens) {
        try (CachedSequence sequence = model.open(tokens.length)) {
            return sequence.reuse(tokens, tokens.length);
        }
    }
}

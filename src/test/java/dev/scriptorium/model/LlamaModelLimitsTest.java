package dev.scriptorium.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.ScalarKernels;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The cache's books, and steps that break a rule. */
class LlamaModelLimitsTest {
    private static final LlamaWeights WEIGHTS = TinyModel.weights(TinyModel.CONFIG, 1);

    private final ComputeTeam team = new ComputeTeam(1);
    private final LlamaModel model = model(TinyModel.CONFIG, 96);

    private LlamaModel model(LlamaConfig config, int cacheTokensMax) {
        return new LlamaModel(config, WEIGHTS, new ScalarKernels(), team, cacheTokensMax);
    }

    @AfterEach
    void closeTeam() {
        team.close();
    }

    @Test
    void takesWholeBlocksAsItGrowsAndGivesThemBackOnce() {
        // Given
        CachedSequence first = model.open(64);
        CachedSequence second = model.open(64);
        assertThat(model.cacheBlocksFree()).isEqualTo(6);
        model.forward(List.of(chunk(first, 17), chunk(second, 48)));
        assertThat(model.cacheBlocksFree()).isEqualTo(1);

        // When
        first.close();
        first.close();

        // Then
        assertThat(model.cacheBlocksFree()).isEqualTo(3);
        second.close();
        assertThat(model.cacheBlocksFree()).isEqualTo(6);
    }

    @Test
    void refusesAStepForWhichNoBlocksAreFreeAndChangesNothing() {
        // Given
        CachedSequence first = model.open(96);
        CachedSequence second = model.open(96);
        model.forward(List.of(chunk(first, 80)));

        // When / Then
        assertThatThrownBy(() -> model.forward(List.of(chunk(first, 1), chunk(second, 1))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the step needs 2 more blocks of the key/value cache, but 1 are free");
        assertThat(model.cacheBlocksFree()).isEqualTo(1);
        model.forward(List.of(chunk(first, 16)));
        assertThat(first.length()).isEqualTo(96);
    }

    @Test
    void takesNoMemoryForACacheThatNobodyUses() {
        // When
        LlamaModel claimed = model(TinyModel.CONFIG, Integer.MAX_VALUE);

        // Then
        assertThat(claimed.cacheBlocksFree()).isEqualTo(1 << 27);
        assertThat(LlamaModel.cacheBytesPerToken(TinyModel.CONFIG)).isEqualTo(2 * 4 * (8 + 32) * 4);
    }

    @Test
    void refusesSequencesThatTheContextCannotHold() {
        assertThatThrownBy(() -> model.open(201))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a sequence of 201 tokens; must be 1 to 200, the model's context");
        assertThatThrownBy(() -> model.open(0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRefusedStepChangesNothing() {
        // Given
        CachedSequence good = model.open(20);
        CachedSequence bad = model.open(20);
        model.forward(List.of(Chunk.of(good, new int[] {1, 2, 3}, true), Chunk.of(bad, new int[] {4}, true)));

        // When
        assertThatThrownBy(() -> model.forward(
                        List.of(Chunk.of(good, new int[] {5}, true), Chunk.of(bad, new int[] {101}, true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("token id 101; must be 0 to 100");

        // Then
        assertThat(good.length()).isEqualTo(3);
        assertThat(bad.length()).isEqualTo(1);
    }

    @Test
    void refusesChunksThatBreakARule() {
        CachedSequence sequence = model.open(20);
        CachedSequence closed = model.open(20);
        closed.close();
        CachedSequence foreign = model(TinyModel.CONFIG, 96).open(20);

        check(
                sequence,
                21,
                "a chunk of 21 tokens; must be 1 to 20, what is left of the 20 that the sequence was opened" + " for");
        check(
                sequence,
                0,
                "a chunk of 0 tokens; must be 1 to 20, what is left of the 20 that the sequence was opened" + " for");
        check(closed, 1, "the sequence is closed");
        check(foreign, 1, "the sequence was opened by another model");
        Chunk twice = Chunk.of(sequence, new int[] {1}, true);
        assertThatThrownBy(() -> model.forward(List.of(twice, twice)))
                .hasMessage("a sequence has two chunks in this step; must have one");
    }

    private static Chunk chunk(CachedSequence sequence, int tokens) {
        return Chunk.of(sequence, TinyModel.tokens(tokens, sequence.hashCode()), true);
    }

    private void check(CachedSequence sequence, int tokens, String message) {
        assertThatThrownBy(() -> model.forward(List.of(Chunk.of(sequence, new int[tokens], true))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    @Test
    void anEmptyStepHasNoLogits() {
        assertThat(model.forward(List.of()).rows()).isZero();
    }

    @Test
    void refusesWeightsThatDoNotFitTheConfig() {
        LlamaConfig wider = new LlamaConfig(64, 176, 2, 8, 4, 8, 101, 200, 1e-5f, 10_000);
        LlamaConfig uneven = new LlamaConfig(64, 172, 2, 8, 3, 8, 101, 200, 1e-5f, 10_000);

        assertThatThrownBy(() -> model(wider, 96)).hasMessage("layer 0: gate rows is 172; must be 176");
        assertThatThrownBy(() -> model(uneven, 96)).hasMessage("keyValueHeads is 3; must be a divisor of heads, 8");
        assertThatThrownBy(() -> model(TinyModel.CONFIG, 0)).hasMessage("a cache of 0 tokens; must be at least 1");
    }
}

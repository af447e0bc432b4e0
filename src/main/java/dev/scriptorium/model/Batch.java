package dev.scriptorium.model;

import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;

/**
 * The tokens of all chunks of a step, one after the other; everything about the step is checked here, before anything
 * is changed.
 *
 * @param ids (token)
 * @param positions (token): where in its sequence
 * @param sequences (token)
 * @param ends one past the last token of each chunk, in the order of the step
 */
record Batch(int[] ids, int[] positions, KeyValueCache.Sequence[] sequences, int[] ends) {

    static Batch of(List<Chunk> step, KeyValueCache cache, int vocabularySize) {
        int tokens = step.stream().mapToInt(chunk -> chunk.tokens().length).reduce(0, Math::addExact);
        int[] ids = new int[tokens];
        int[] positions = new int[tokens];
        KeyValueCache.Sequence[] sequences = new KeyValueCache.Sequence[tokens];
        int[] ends = new int[step.size()];
        Set<CachedSequence> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        int token = 0;
        for (Chunk chunk : step) {
            KeyValueCache.Sequence sequence = checked(chunk, cache, vocabularySize);
            ends[seen.size()] = token + chunk.tokens().length;
            if (!seen.add(sequence)) {
                throw new IllegalArgumentException("a sequence has two chunks in this step; must have one");
            }
            for (int i = 0; i < chunk.tokens().length; i++, token++) {
                ids[token] = chunk.tokens()[i];
                positions[token] = sequence.length() + i;
                sequences[token] = sequence;
            }
        }
        return new Batch(ids, positions, sequences, ends);
    }

    private static KeyValueCache.Sequence checked(Chunk chunk, KeyValueCache cache, int vocabularySize) {
        if (!(chunk.sequence() instanceof KeyValueCache.Sequence sequence)
                || !sequence.owner().equals(cache)) {
            throw new IllegalArgumentException("the sequence was opened by another model");
        }
        if (sequence.isClosed()) {
            throw new IllegalArgumentException("the sequence is closed");
        }
        int length = chunk.tokens().length;
        if (length == 0 || length > sequence.tokensMax() - sequence.length()) {
            throw new IllegalArgumentException("a chunk of " + length + " tokens; must be 1 to "
                    + (sequence.tokensMax() - sequence.length()) + ", what is left of the " + sequence.tokensMax()
                    + " that the sequence was opened for");
        }
        for (int id : chunk.tokens()) {
            if (id < 0 || id >= vocabularySize) {
                throw new IllegalArgumentException("token id " + id + "; must be 0 to " + (vocabularySize - 1));
            }
        }
        return sequence;
    }

    int tokens() {
        return ids.length;
    }

    /** Gives every sequence the blocks for its new positions; returns the most positions that any of them will have. */
    int growSequences() {
        int most = 0;
        for (int end : ends) {
            int positionsAfter = positions[end - 1] + 1;
            sequences[end - 1].growTo(positionsAfter);
            most = Math.max(most, positionsAfter);
        }
        return most;
    }

    /** Counts the new positions as passed. */
    void advance() {
        for (int end : ends) {
            KeyValueCache.Sequence sequence = sequences[end - 1];
            sequence.advance(positions[end - 1] + 1 - sequence.length());
        }
    }
}

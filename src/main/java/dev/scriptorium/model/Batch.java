package dev.scriptorium.model;

import dev.scriptorium.model.LanguageModel.Chunk;
import java.util.List;

/**
 * The tokens of all chunks of a step, one after the other. Everything about the step is checked here, before anything
 * is changed. One object serves all steps; its arrays are as long as the largest step so far needed.
 */
final class Batch {
    private final KeyValueCache cache;
    private final int vocabularySize;
    private long number; // of the step, to see a sequence that comes twice
    private int tokens;
    private int chunks;
    private int rows;
    private int[] ids = {}; // (token)
    private int[] positions = {}; // (token): where in its sequence
    private KeyValueCache.Sequence[] sequences = {}; // (token)
    private int[] ends = {}; // (chunk): one past its last token
    private int[] rowsWanted = {}; // (chunk)
    private int[] rowTokens = {}; // (row): the token whose logits it is

    Batch(KeyValueCache cache, int vocabularySize) {
        this.cache = cache;
        this.vocabularySize = vocabularySize;
    }

    /** @throws IllegalArgumentException if the step breaks a rule, IllegalStateException if the cache is too small */
    void fill(List<? extends Chunk> step) {
        measure(step);
        number++;
        int token = 0;
        int row = 0;
        int blocks = 0;
        for (int c = 0; c < chunks; c++) {
            Chunk chunk = step.get(c);
            KeyValueCache.Sequence sequence = checked(chunk);
            blocks += sequence.blocksMissing(chunk.count());
            for (int i = 0; i < chunk.count(); i++, token++) {
                ids[token] = chunk.ids()[chunk.from() + i];
                positions[token] = sequence.length() + i;
                sequences[token] = sequence;
            }
            ends[c] = token;
            rowsWanted[c] = chunk.logitRows();
            for (int wanted = token - chunk.logitRows(); wanted < token; wanted++) {
                rowTokens[row++] = wanted;
            }
        }
        if (blocks > cache.blocksFree()) {
            throw new IllegalStateException("the step needs " + blocks + " more blocks of the key/value cache, but "
                    + cache.blocksFree() + " are free");
        }
    }

    private void measure(List<? extends Chunk> step) {
        chunks = step.size();
        tokens = 0;
        rows = 0;
        for (int c = 0; c < chunks; c++) {
            tokens = Math.addExact(tokens, step.get(c).count());
            rows = Math.addExact(rows, step.get(c).logitRows());
        }
        if (tokens > ids.length) {
            ids = new int[tokens];
            positions = new int[tokens];
            sequences = new KeyValueCache.Sequence[tokens];
        }
        if (chunks > ends.length) {
            ends = new int[chunks];
            rowsWanted = new int[chunks];
        }
        if (rows > rowTokens.length) {
            rowTokens = new int[rows];
        }
    }

    private KeyValueCache.Sequence checked(Chunk chunk) {
        if (!(chunk.sequence() instanceof KeyValueCache.Sequence sequence)
                || !sequence.owner().equals(cache)) {
            throw new IllegalArgumentException("the sequence was opened by another model");
        }
        if (sequence.isClosed()) {
            throw new IllegalArgumentException("the sequence is closed");
        }
        if (!sequence.comesFirstTimeIn(number)) {
            throw new IllegalArgumentException("a sequence has two chunks in this step; must have one");
        }
        int count = chunk.count();
        int left = sequence.tokensMax() - sequence.length();
        if (count < 1 || count > left) {
            throw new IllegalArgumentException("a chunk of " + count + " tokens; must be 1 to " + left
                    + ", what is left of the " + sequence.tokensMax() + " that the sequence was opened for");
        }
        if (chunk.logitRows() < 0 || chunk.logitRows() > count) {
            throw new IllegalArgumentException("logits of " + chunk.logitRows() + " tokens of a chunk of " + count);
        }
        for (int i = chunk.from(); i < chunk.from() + count; i++) {
            int id = chunk.ids()[i];
            if (id < 0 || id >= vocabularySize) {
                throw new IllegalArgumentException("token id " + id + "; must be 0 to " + (vocabularySize - 1));
            }
        }
        return sequence;
    }

    int tokens() {
        return tokens;
    }

    int id(int token) {
        return ids[token];
    }

    int position(int token) {
        return positions[token];
    }

    KeyValueCache.Sequence sequence(int token) {
        return sequences[token];
    }

    /** How many rows of logits are wanted. */
    int rows() {
        return rows;
    }

    /** The token whose logits this row is; rows are in the order of the tokens. */
    int rowToken(int row) {
        return rowTokens[row];
    }

    /** How many pairs of a token and a position it looks at there are. */
    long positionsSeen() {
        long seen = tokens;
        for (int token = 0; token < tokens; token++) {
            seen += positions[token];
        }
        return seen;
    }

    /** Gives every sequence the blocks for its new positions; returns the most positions that any of them will have. */
    int growSequences() {
        int most = 0;
        int start = 0;
        for (int c = 0; c < chunks; c++) {
            int end = ends[c];
            sequences[start].grow(ids, start, end - start);
            most = Math.max(most, positions[end - 1] + 1);
            start = end;
        }
        return most;
    }

    /** Counts the new positions as passed. */
    void advance() {
        int start = 0;
        for (int c = 0; c < chunks; c++) {
            sequences[start].advance(ends[c] - start, rowsWanted[c]);
            start = ends[c];
        }
    }
}

package dev.scriptorium.checkpoint.tokenizer;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A vocabulary as it grows from a file; ids without a piece are unused. */
final class Pieces {
    private static final int IDS_MAX = 1 << 22; // the largest vocabularies have 2^18 pieces

    private final String label;
    private final int size; // or 0 where the file alone decides
    private final List<String> pieces = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();

    /**
     * @param label what to call the file in an error
     * @param vocabularySize rows of the embedding: pieces beyond are refused, rows without one are filled up with
     *     unused ones; null if no model is there, and the file alone decides
     */
    Pieces(String label, @Nullable Integer vocabularySize) {
        this.label = label;
        this.size = vocabularySize == null ? 0 : vocabularySize;
    }

    int idMax() {
        return size == 0 ? IDS_MAX - 1 : size - 1;
    }

    /** @param id from 0 to {@link #idMax} */
    void put(int id, String piece, Kind kind) {
        while (pieces.size() <= id) {
            pieces.add("");
            kinds.add(Kind.UNUSED);
        }
        pieces.set(id, piece);
        kinds.set(id, kind);
    }

    /** How many ids there are so far. */
    int count() {
        return pieces.size();
    }

    String piece(int id) {
        return pieces.get(id);
    }

    Vocabulary vocabulary() {
        if (size > 0) {
            for (int id = pieces.size(); id < size; id++) {
                put(id, "", Kind.UNUSED);
            }
        }
        if (pieces.isEmpty()) {
            throw new CheckpointException(label + ": has no pieces");
        }
        return new Vocabulary(pieces, kinds);
    }

    /** The begin token, or -1: by its spelling if that is stated, else by its id. */
    int beginId(BeginRule begin, Vocabulary vocabulary) {
        if (begin.token() != null) {
            int id = vocabulary.id(begin.token());
            if (id < 0) {
                throw new CheckpointException(
                        label + ": the begin token '" + begin.token() + "' is not in the vocabulary");
            }
            return id;
        }
        if (begin.id() == null) {
            return -1;
        }
        if (begin.id() < 0 || begin.id() >= vocabulary.size()) {
            throw new CheckpointException(label + ": the begin token has id " + begin.id()
                    + ", but the model has ids 0 to " + (vocabulary.size() - 1));
        }
        return begin.id();
    }
}

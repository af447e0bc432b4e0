package dev.scriptorium.worker.text;

import dev.scriptorium.grammar.Cursor;
import java.util.Arrays;
import java.util.Set;

/** Holds one text to a form, token by token. */
public final class Form {
    private final Cursor cursor;
    private final Set<Integer> endIds;
    private long[] allowed = {};

    public Form(Cursor cursor, Set<Integer> endIds) {
        this.cursor = cursor;
        this.endIds = endIds;
    }

    /** A text ended where its form does not; the message says why. */
    public static final class ViolationException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public ViolationException(String message) {
            super(message);
        }
    }

    /**
     * A bit for each token that may come next; an end token where the text may be over.
     *
     * @throws ViolationException if the vocabulary has no token that goes on
     */
    public long[] allowed() {
        long[] tokens = cursor.allowed();
        if (!cursor.mayEnd()) {
            if (isEmpty(tokens)) {
                throw new ViolationException("the model's vocabulary has no token that goes on here");
            }
            return tokens;
        }
        if (allowed.length != tokens.length) {
            allowed = new long[tokens.length];
        }
        System.arraycopy(tokens, 0, allowed, 0, tokens.length);
        for (int id : endIds) {
            allowed[id >> 6] |= 1L << id;
        }
        return allowed;
    }

    private static boolean isEmpty(long[] tokens) {
        return Arrays.stream(tokens).allMatch(bits -> bits == 0);
    }

    /** Whether the text is over now because nothing can follow. */
    public boolean accept(int id) {
        cursor.accept(id);
        return cursor.isOver() || cursor.mayEnd() && endIds.isEmpty() && isEmpty(cursor.allowed());
    }

    public boolean mayEnd() {
        return cursor.mayEnd();
    }

    /** @throws ViolationException if it may not be over here */
    public void requireEnd(String because) {
        if (!cursor.mayEnd()) {
            throw new ViolationException(because + " before the text was what response_format asks for");
        }
    }
}

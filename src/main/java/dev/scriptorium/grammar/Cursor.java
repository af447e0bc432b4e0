package dev.scriptorium.grammar;

/** How far one document is. */
public final class Cursor {
    private final TokenTrie trie;
    private State state;

    Cursor(TokenTrie trie, State state) {
        this.trie = trie;
        this.state = state;
    }

    /**
     * A bit for each token that may come next, by id; tokens without bytes are not among them. It must not be changed
     * and is valid until the next {@link #accept}.
     */
    public long[] allowed() {
        return state.allowed(trie);
    }

    /** Whether what is written so far is a document of the schema. */
    public boolean mayEnd() {
        return state.mayEnd();
    }

    /** Whether it is one and nothing can follow. */
    public boolean isOver() {
        return state.isOver();
    }

    /** @throws IllegalArgumentException if the token may not come here */
    public void accept(int id) {
        State after = state;
        for (byte b : trie.bytes(id)) {
            State next = after.next(b & 0xff);
            if (next == null) {
                throw new IllegalArgumentException("token " + id + " may not come here");
            }
            after = next;
        }
        state = after;
    }
}

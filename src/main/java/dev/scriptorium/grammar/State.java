package dev.scriptorium.grammar;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** All places where a document may be after the same bytes; remembers where it went from here. */
final class State {
    private static final int BYTES = 256;

    private final Automaton automaton;
    private final List<Position> positions;
    private final @Nullable State[] next = new @Nullable State[BYTES];
    private final long[] known = new long[BYTES / Long.SIZE];
    private final boolean mayEnd;
    private long @Nullable [] allowed;

    State(Automaton automaton, List<Position> positions) {
        this.automaton = automaton;
        this.positions = positions;
        this.mayEnd = positions.stream().anyMatch(Position::mayEnd);
    }

    /** The state after a byte; null if it cannot come here. */
    @Nullable
    State next(int b) {
        if ((known[b >> 6] & 1L << b) == 0) {
            known[b >> 6] |= 1L << b;
            Positions reached = new Positions();
            for (Position position : positions) {
                position.step(b, reached);
            }
            next[b] = automaton.state(reached.toList());
        }
        return next[b];
    }

    boolean mayEnd() {
        return mayEnd;
    }

    /** Whether the document is over and nothing can follow. */
    boolean isOver() {
        return positions.size() == 1 && positions.getFirst().isEnd();
    }

    /** A bit for each token that may come next. */
    long[] allowed(TokenTrie trie) {
        long[] marked = allowed;
        if (marked == null) {
            marked = new long[(trie.vocabularySize() + Long.SIZE - 1) / Long.SIZE];
            trie.mark(this, marked);
            allowed = marked;
        }
        return marked;
    }
}

package dev.scriptorium.grammar;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A grammar at work on one vocabulary. What it finds out about a state it remembers, so that texts of the same schema
 * learn from each other; a grammar with endless states (every set of keys is one) starts to learn anew now and then.
 */
public final class Automaton {
    /** A state takes about 2 kB, with the tokens allowed there about 6 kB. */
    private static final int STATES_MAX = 4096;

    private final TokenTrie trie;
    private final Map<List<Position>, State> states = new HashMap<>();
    private final List<Position> start;

    Automaton(Grammar grammar, TokenTrie trie) {
        this.trie = trie;
        this.start = List.of(new Position(new Frame.Expected(grammar.root(), true), Position.END));
    }

    /** A document that is to be written from its first byte. */
    public Cursor cursor() {
        State first = state(start);
        if (first == null) {
            throw new IllegalStateException("every grammar has a start");
        }
        return new Cursor(trie, first);
    }

    @Nullable
    State state(List<Position> positions) {
        if (positions.isEmpty()) {
            return null;
        }
        State known = states.get(positions);
        if (known == null) {
            if (states.size() == STATES_MAX) {
                states.clear();
            }
            known = new State(this, positions);
            states.put(positions, known);
        }
        return known;
    }
}

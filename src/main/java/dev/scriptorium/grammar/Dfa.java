package dev.scriptorium.grammar;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A deterministic automaton over code points. From each of its states an accepting one can be reached, so a text that
 * is on its way never comes to a dead end.
 */
final class Dfa {
    static final int DEAD = -1;
    static final int START = 0;
    static final int STATES_MAX = 2000;
    /** All texts whatever. */
    static final Dfa ANY = anyOf(CodePoints.ALL);

    /** All texts of these code points. */
    static Dfa anyOf(CodePoints characters) {
        Nfa nfa = new Nfa(new PatternWork());
        nfa.edge(Nfa.START, characters, Nfa.START);
        return of(nfa, Nfa.START);
    }

    private final int[][] firsts; // (state, stretch), ascending
    private final int[][] lasts; // (state, stretch)
    private final int[][] targets; // (state, stretch)
    private final BitSet accepting;

    private Dfa(int[][] firsts, int[][] lasts, int[][] targets, BitSet accepting) {
        this.firsts = firsts;
        this.lasts = lasts;
        this.targets = targets;
        this.accepting = accepting;
    }

    boolean accepts(int state) {
        return accepting.get(state);
    }

    /** The state after a code point, or {@link #DEAD}. */
    int next(int state, int codePoint) {
        int at = Arrays.binarySearch(firsts[state], codePoint);
        int stretch = at >= 0 ? at : -at - 2;
        return stretch >= 0 && lasts[state][stretch] >= codePoint ? targets[state][stretch] : DEAD;
    }

    /** Whether some code point of the range, which may be empty, can come next. */
    boolean takesAny(int state, int from, int to) {
        for (int i = 0; i < firsts[state].length && from <= to; i++) {
            if (firsts[state][i] <= to && lasts[state][i] >= from) {
                return true;
            }
        }
        return false;
    }

    /** An automaton with edges that eat a code point and edges that eat nothing, as a pattern is first read. */
    static final class Nfa {
        static final int START = 0;
        static final int STATES_MAX = 4000;

        private record Edge(CodePoints characters, int target) {}

        private final List<List<Edge>> edges = new ArrayList<>();
        private final List<List<Integer>> free = new ArrayList<>();
        private final PatternWork work;

        Nfa(PatternWork work) {
            this.work = work;
            state();
        }

        int state() {
            if (edges.size() == STATES_MAX) {
                throw new UnsupportedSchemaException(
                        "is too large: with its repetitions written out it has more than " + STATES_MAX + " states");
            }
            edges.add(new ArrayList<>());
            free.add(new ArrayList<>());
            return edges.size() - 1;
        }

        void edge(int from, CodePoints characters, int to) {
            edges.get(from).add(new Edge(characters, to));
        }

        void free(int from, int to) {
            free.get(from).add(to);
        }

        private BitSet closure(BitSet states) {
            BitSet all = (BitSet) states.clone();
            List<Integer> open = new ArrayList<>(all.stream().boxed().toList());
            while (!open.isEmpty()) {
                work.spend(1);
                for (int next : free.get(open.removeLast())) {
                    if (!all.get(next)) {
                        all.set(next);
                        open.add(next);
                    }
                }
            }
            return all;
        }
    }

    /**
     * @param end the one accepting state
     * @throws UnsupportedSchemaException if it has too many states or accepts nothing
     */
    static Dfa of(Nfa nfa, int end) {
        Map<BitSet, Integer> numbers = new HashMap<>();
        List<BitSet> states = new ArrayList<>();
        List<List<int[]>> rows = new ArrayList<>();
        BitSet start = new BitSet();
        start.set(Nfa.START);
        states.add(nfa.closure(start));
        numbers.put(states.getFirst(), 0);
        for (int state = 0; state < states.size(); state++) {
            List<int[]> row = new ArrayList<>();
            rows.add(row);
            for (int[] stretch : stretches(nfa, states.get(state))) {
                BitSet reached = nfa.closure(targets(nfa, states.get(state), stretch[0]));
                nfa.work.spend(states.get(state).cardinality());
                if (reached.isEmpty()) {
                    continue;
                }
                Integer number = numbers.get(reached);
                if (number == null) {
                    number = states.size();
                    if (number == STATES_MAX) {
                        throw new UnsupportedSchemaException(
                                "is too large: it needs more than " + STATES_MAX + " states");
                    }
                    numbers.put(reached, number);
                    states.add(reached);
                }
                row.add(new int[] {stretch[0], stretch[1], number});
            }
        }
        BitSet accepting = new BitSet();
        for (int state = 0; state < states.size(); state++) {
            accepting.set(state, states.get(state).get(end));
        }
        return trimmed(rows, accepting, nfa.work);
    }

    /** The code points cut where an edge of one of the states begins or ends. */
    private static List<int[]> stretches(Nfa nfa, BitSet states) {
        TreeSet<Integer> cuts = new TreeSet<>();
        states.stream()
                .forEach(state -> nfa.edges.get(state).forEach(edge -> {
                    for (int i = 0; i < edge.characters().stretches(); i++) {
                        cuts.add(edge.characters().first(i));
                        cuts.add(edge.characters().last(i) + 1);
                    }
                }));
        List<int[]> stretches = new ArrayList<>();
        Integer from = null;
        for (int cut : cuts) {
            if (from != null) {
                stretches.add(new int[] {from, cut - 1});
            }
            from = cut;
        }
        return stretches;
    }

    private static BitSet targets(Nfa nfa, BitSet states, int codePoint) {
        BitSet reached = new BitSet();
        states.stream()
                .forEach(state -> nfa.edges.get(state).forEach(edge -> {
                    if (edge.characters().contains(codePoint)) {
                        reached.set(edge.target());
                    }
                }));
        return reached;
    }

    /** Without the ways that lead nowhere. */
    private static Dfa trimmed(List<List<int[]>> rows, BitSet accepting, PatternWork work) {
        BitSet alive = (BitSet) accepting.clone();
        boolean grew = true;
        while (grew) {
            grew = false;
            work.spend(rows.size());
            for (int state = 0; state < rows.size(); state++) {
                if (!alive.get(state) && rows.get(state).stream().anyMatch(edge -> alive.get(edge[2]))) {
                    alive.set(state);
                    grew = true;
                }
            }
        }
        if (!alive.get(START)) {
            throw new UnsupportedSchemaException("accepts no text at all");
        }
        int[][][] columns = new int[3][rows.size()][];
        for (int state = 0; state < rows.size(); state++) {
            List<int[]> living =
                    rows.get(state).stream().filter(edge -> alive.get(edge[2])).toList();
            for (int column = 0; column < columns.length; column++) {
                int which = column;
                columns[column][state] =
                        living.stream().mapToInt(edge -> edge[which]).toArray();
            }
        }
        return new Dfa(columns[0], columns[1], columns[2], accepting);
    }
}

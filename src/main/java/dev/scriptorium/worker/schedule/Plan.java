package dev.scriptorium.worker.schedule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Who computes how many tokens in a step, oldest first. The scheduler has one, and fills it anew each time.
 *
 * @param <S> a sequence
 */
public final class Plan<S> {
    /** A sequence on its way: what is known of it, and what is computed. */
    static final class Entry<S> {
        final S sequence;
        boolean urgent;
        long order;
        int known;
        int computed;
        boolean alone;

        Entry(S sequence, boolean urgent, long order, int known) {
            this.sequence = sequence;
            this.urgent = urgent;
            this.order = order;
            this.known = known;
        }

        int behind() {
            return known - computed;
        }
    }

    private final List<Entry<S>> entries = new ArrayList<>();
    private int[] counts = {};
    private int[] guesses = {};
    private int tokens;

    public int size() {
        return entries.size();
    }

    Entry<S> entry(int index) {
        return entries.get(index);
    }

    public S sequence(int index) {
        return entries.get(index).sequence;
    }

    /** How many tokens of it are computed; its chunk starts here. */
    public int computed(int index) {
        return entries.get(index).computed;
    }

    /** 1 or more, guesses among them. */
    public int count(int index) {
        return counts[index];
    }

    /** How many of its tokens, at the end of its chunk, are guesses. */
    public int guesses(int index) {
        return guesses[index];
    }

    /** Whether its next token can be sampled after the step. */
    public boolean catchesUp(int index) {
        return entries.get(index).behind() == counts[index] - guesses[index];
    }

    /** Tokens of all. */
    public int tokens() {
        return tokens;
    }

    void clear() {
        entries.clear();
        tokens = 0;
    }

    void add(Entry<S> entry, int count) {
        if (entries.size() == counts.length) {
            counts = Arrays.copyOf(counts, 2 * counts.length + 8);
            guesses = Arrays.copyOf(guesses, counts.length);
        }
        counts[entries.size()] = count;
        guesses[entries.size()] = 0;
        entries.add(entry);
        tokens += count;
    }

    void addGuesses(int index, int count) {
        counts[index] += count;
        guesses[index] = count;
        tokens += count;
    }
}

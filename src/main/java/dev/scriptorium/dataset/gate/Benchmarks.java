package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.text.Shingles;
import dev.scriptorium.dataset.text.Words;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Texts that no row may repeat, found by the runs of words that they have. Immutable when it is used. */
public final class Benchmarks {
    private final int words;
    private final List<Text> texts;
    /** A run's hash to the last text that has it. */
    private final Map<Long, Integer> byRun = new HashMap<>();

    /**
     * @param name of the task it is from
     * @param text as the benchmark has it
     */
    public record Text(String name, String text) {}

    /** @param words in a run; a text with fewer cannot be found */
    public Benchmarks(int words, List<Text> texts) {
        this.words = words;
        this.texts = List.copyOf(texts);
        for (int i = 0; i < this.texts.size(); i++) {
            for (long run : runs(Words.of(this.texts.get(i).text()))) {
                byRun.put(run, i);
            }
        }
    }

    public int size() {
        return texts.size();
    }

    /** Those that share a run of words with a text, in the order in which the text comes to them. */
    List<Text> sharingARun(List<String> text) {
        Set<Integer> found = new LinkedHashSet<>();
        for (long run : runs(text)) {
            Integer index = byRun.get(run);
            if (index != null) {
                found.add(index);
            }
        }
        List<Text> all = new ArrayList<>();
        found.forEach(index -> all.add(texts.get(index)));
        return all;
    }

    private long[] runs(List<String> text) {
        return text.size() < words ? new long[0] : Shingles.hashes(text, words);
    }
}

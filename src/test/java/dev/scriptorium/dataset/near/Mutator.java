package dev.scriptorium.dataset.near;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Texts of random words, and what becomes of a text when somebody writes it again with so many changes. */
final class Mutator {
    private static final int VOCABULARY = 4_000;

    private final SplittableRandom random;

    Mutator(long seed) {
        this.random = new SplittableRandom(seed);
    }

    List<String> text(int words) {
        List<String> text = new ArrayList<>(words);
        for (int i = 0; i < words; i++) {
            text.add(word());
        }
        return text;
    }

    /** Words are replaced, left out, put in or changed with their neighbour. */
    List<String> changed(List<String> text, int changes) {
        List<String> other = new ArrayList<>(text);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(other.size());
            switch (random.nextInt(4)) {
                case 0 -> other.set(at, word());
                case 1 -> other.remove(at);
                case 2 -> other.add(at, word());
                default -> other.add(other.remove(at == 0 ? 1 : at - 1));
            }
        }
        return other;
    }

    private String word() {
        // Squared, so that some words are as common as they are in a language.
        double x = random.nextDouble();
        return "w" + (int) (x * x * VOCABULARY);
    }
}

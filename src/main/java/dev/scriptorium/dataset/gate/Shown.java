package dev.scriptorium.dataset.gate;

/** Pieces of text as verdicts show them. */
final class Shown {
    private static final int CHARACTERS_MAX = 60;

    static String shortened(String text) {
        return text.length() <= CHARACTERS_MAX ? text : text.substring(0, CHARACTERS_MAX) + "…";
    }

    private Shown() {}
}

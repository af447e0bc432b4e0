package dev.scriptorium.checkpoint.random;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A vocabulary of any size that tokenises English text into pieces of a few letters: control tokens, bytes, the
 * printable characters of ASCII, then every string of two, three and four letters, after a space and without one. A
 * piece of n letters is one of n - 1 and a letter, so the merges of a SentencePiece-style BPE reach all of them.
 */
final class RandomVocabulary {
    private static final String LETTERS = "etaoinshrdlucmfwypvbgkjqxz"; // the frequent ones first
    private static final char SPACE = '\u2581';
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int BYTE = 6;

    final List<String> pieces = new ArrayList<>();
    final int[] kinds; // as GGUF numbers them
    final float[] scores;

    RandomVocabulary(int size) {
        kinds = new int[size];
        scores = new float[size];
        add("<unk>", UNKNOWN);
        add("<s>", CONTROL);
        add("</s>", CONTROL);
        for (int value = 0; value < 256; value++) {
            add(String.format(Locale.ROOT, "<0x%02X>", value), BYTE);
        }
        add(String.valueOf(SPACE), NORMAL);
        for (char letter : LETTERS.toCharArray()) {
            add(String.valueOf(letter), NORMAL);
        }
        for (char character = '!'; character <= '~'; character++) {
            if (LETTERS.indexOf(character) < 0) {
                add(String.valueOf(character), NORMAL);
            }
        }
        List<String> shorter = List.of("");
        while (pieces.size() < size) {
            List<String> longer = new ArrayList<>();
            for (String start : shorter) {
                for (char letter : LETTERS.toCharArray()) {
                    longer.add(start + letter);
                }
            }
            for (String word : longer) {
                if (word.length() > 1) {
                    add(word, NORMAL);
                }
                add(SPACE + word, NORMAL);
            }
            shorter = longer;
        }
    }

    private void add(String piece, int kind) {
        int id = pieces.size();
        if (id < kinds.length) {
            pieces.add(piece);
            kinds[id] = kind;
            scores[id] = kind == NORMAL ? -id : 0f; // an earlier piece is merged first
        }
    }
}

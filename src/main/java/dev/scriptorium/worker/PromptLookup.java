package dev.scriptorium.worker;

/**
 * Guesses the next tokens of one sequence from what it has said before: where its last tokens stood earlier, the same
 * may follow again. Prompt and output count alike, so whoever quotes, lists or fills in a form is guessed well.
 *
 * <p>A guess that turns out wrong costs its share of a step, so a sequence whose guesses fail guesses less and less
 * often, and one whose guesses hold guesses further ahead.
 *
 * @see <a href="https://github.com/apoorvumang/prompt-lookup-decoding">Prompt lookup decoding</a>
 */
final class PromptLookup {
    /** Fewer equal tokens before it say too little of what comes after. */
    private static final int MATCH_MIN = 2;

    private static final int MATCH_MAX = 8;
    private static final int PAUSE_STEPS_MAX = 64;

    private final int tokensMax;
    private int wanted;
    private int pauseAfterMiss = 1;
    private int pause;

    /** @param tokensMax guesses at once, 0 for none ever */
    PromptLookup(int tokensMax) {
        this.tokensMax = tokensMax;
        this.wanted = Math.min(2, tokensMax);
    }

    /**
     * Writes guesses behind the known tokens.
     *
     * @param ids the sequence's tokens, with room for the guesses behind the known ones
     * @param length how many are known
     * @param guessesMax most guesses that are of use now
     * @return how many were written at {@code length} and after
     */
    int guess(int[] ids, int length, int guessesMax) {
        int most = Math.min(wanted, Math.min(guessesMax, ids.length - length));
        if (most < 1) {
            return 0;
        }
        if (pause > 0) {
            pause--;
            return 0;
        }
        int from = continuation(ids, length);
        if (from < 0) {
            return 0;
        }
        for (int i = 0; i < most; i++) {
            // What is read may be a guess that was just written, where a text repeats itself.
            ids[length + i] = ids[from + i];
        }
        return most;
    }

    /** How many of its last guesses were right. */
    void learn(int guesses, int right) {
        if (guesses == 0) {
            return;
        }
        if (right == 0) {
            pause = pauseAfterMiss;
            pauseAfterMiss = Math.min(PAUSE_STEPS_MAX, 2 * pauseAfterMiss);
            wanted = Math.max(1, wanted / 2);
            return;
        }
        pauseAfterMiss = 1;
        wanted = right == guesses ? Math.min(tokensMax, 2 * wanted) : Math.min(tokensMax, right + 1);
    }

    /** Where the longest match of the last tokens ends, of equal ones the latest; -1 if there is none. */
    private static int continuation(int[] ids, int length) {
        int best = -1;
        int bestMatch = MATCH_MIN - 1;
        int last = length - 1;
        for (int end = last - 1; end >= MATCH_MIN - 1 && bestMatch < MATCH_MAX; end--) {
            if (ids[end] == ids[last]) {
                int match = 1;
                while (match < MATCH_MAX && match <= end && ids[end - match] == ids[last - match]) {
                    match++;
                }
                if (match > bestMatch) {
                    bestMatch = match;
                    best = end + 1;
                }
            }
        }
        return best;
    }
}

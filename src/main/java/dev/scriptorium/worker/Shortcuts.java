package dev.scriptorium.worker;

/**
 * Work that a worker need not do. Shortcuts change how fast a text comes, never the text.
 *
 * @param sharesBeginnings whether sequences that begin with the same tokens compute them once
 * @param joinsTwins whether requests for the very same text, at the same time, compute it once
 * @param guessesMax tokens that one sequence guesses ahead at once, by prompt lookup; 0 for none
 * @param guessStepTokensMax a step with fewer tokens than this is filled up to it with guesses. A step of few tokens
 *     waits for memory, so a few more cost little; a step of many is bound by arithmetic, and a wrong guess costs its
 *     share
 */
public record Shortcuts(boolean sharesBeginnings, boolean joinsTwins, int guessesMax, int guessStepTokensMax) {
    public static final Shortcuts NONE = new Shortcuts(false, false, 0, 0);
    /**
     * Beginnings are shared, twins are joined, and a step of fewer than 8 tokens is filled with up to 6 guesses a
     * sequence.
     */
    public static final Shortcuts DEFAULT = new Shortcuts(true, true, 6, 8);

    public Shortcuts {
        if (guessesMax < 0 || guessStepTokensMax < 0) {
            throw new IllegalArgumentException("guessesMax and guessStepTokensMax are " + guessesMax + " and "
                    + guessStepTokensMax + ", but must be at least 0");
        }
    }

    /** The same with so many guesses at once. */
    public Shortcuts withGuesses(int most) {
        return new Shortcuts(sharesBeginnings, joinsTwins, most, guessStepTokensMax);
    }
}

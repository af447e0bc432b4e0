package dev.scriptorium.worker;

/**
 * How far a worker guesses ahead. It changes how fast a text comes, never the text.
 *
 * @param guessesMax tokens that one sequence guesses at once; 0 turns it off
 * @param stepTokensMax a step with fewer tokens than this is filled up to it with guesses. A step of few tokens waits
 *     for memory, so a few more cost little; a step of many is bound by arithmetic, and a wrong guess costs its share
 */
public record Speculation(int guessesMax, int stepTokensMax) {
    public static final Speculation OFF = new Speculation(0, 0);
    public static final Speculation DEFAULT = new Speculation(6, 8);

    public Speculation {
        if (guessesMax < 0 || stepTokensMax < 0) {
            throw new IllegalArgumentException("guessesMax and stepTokensMax are " + guessesMax + " and "
                    + stepTokensMax + ", but must be at" + " least 0");
        }
    }
}

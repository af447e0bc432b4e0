package dev.scriptorium.worker.schedule;

/**
 * The key/value cache, as far as the scheduler's decisions need it.
 *
 * @param <S> a sequence
 */
public interface CacheRoom<S> {
    /** Positions of one block. */
    int blockTokens();

    /** Blocks that no sequence holds now. */
    int blocksFree();

    /** The sequence takes its place; it holds no block yet. */
    void open(S sequence);

    /** The sequence gives back all it holds. */
    void close(S sequence);

    /**
     * Lets an open sequence have what is in the cache already of its first {@code known} tokens, all but the last.
     *
     * @return how many tokens of it are computed now
     */
    int reuse(S sequence, int known);

    /**
     * Guesses tokens after the known ones, for the step to find out.
     *
     * @return how many it dares, 0 to {@code guessesMax}
     */
    int guess(S sequence, int guessesMax);

    /** Whether both share what they compute, and their first {@code tokens} tokens are the same. */
    boolean beginAlike(S one, S other, int tokens);
}

package dev.scriptorium.worker;

/**
 * How much a worker does at once.
 *
 * @param sequencesMax sequences in one step; a full batch makes the most of every pass over the weights
 * @param stepTokensMax tokens in one step, decodes and prefill chunks together; it bounds how long the others wait for
 *     somebody's long prompt. At least {@code sequencesMax}, so that every sequence in decode gets its token every step
 * @param inHandTokensMax tokens of all assignments taken and not yet ended, each counted with prompt and longest
 *     possible output; what goes beyond the cache waits in the worker, so that a slot never stays empty
 * @param shortcuts what it need not compute
 */
public record WorkerLimits(int sequencesMax, int stepTokensMax, long inHandTokensMax, Shortcuts shortcuts) {
    public static final int SEQUENCES_MAX_DEFAULT = 32;
    private static final int STEP_TOKENS_MAX_DEFAULT = 128;
    private static final int CONTEXTS_WAITING_DEFAULT = 16;

    public WorkerLimits {
        if (sequencesMax < 1) {
            throw new IllegalArgumentException("sequencesMax is " + sequencesMax + ", but it must be at least 1");
        }
        if (stepTokensMax < sequencesMax) {
            throw new IllegalArgumentException("stepTokensMax is " + stepTokensMax
                    + ", but it must be at least sequencesMax, which is " + sequencesMax);
        }
        if (inHandTokensMax < 1) {
            throw new IllegalArgumentException("inHandTokensMax is " + inHandTokensMax + ", but it must be at least 1");
        }
    }

    /** With {@link Shortcuts#DEFAULT}. */
    public WorkerLimits(int sequencesMax, int stepTokensMax, long inHandTokensMax) {
        this(sequencesMax, stepTokensMax, inHandTokensMax, Shortcuts.DEFAULT);
    }

    /** The same with other shortcuts. */
    public WorkerLimits with(Shortcuts others) {
        return new WorkerLimits(sequencesMax, stepTokensMax, inHandTokensMax, others);
    }

    /**
     * So many sequences, 128 tokens a step (or one a sequence, if that is more), and in hand what those sequences can
     * come to plus what waits so that no place stays empty.
     *
     * @param contextLength most positions of one sequence
     */
    public static WorkerLimits of(int sequencesMax, int contextLength) {
        return new WorkerLimits(
                sequencesMax,
                Math.max(STEP_TOKENS_MAX_DEFAULT, sequencesMax),
                (long) (sequencesMax + CONTEXTS_WAITING_DEFAULT) * contextLength);
    }
}

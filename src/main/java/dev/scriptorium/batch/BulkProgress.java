package dev.scriptorium.batch;

/**
 * How far a bulk job is.
 *
 * @param lines non-blank lines read from the input so far; all of them once {@code inputEnded}
 * @param inputEnded whether the input was read to its end
 * @param completed requests with text in the output
 * @param failed requests that ended without
 * @param resumed of both, those that were there when this run began
 * @param promptTokens read for the completions that arrived in this run
 * @param completionTokens written for the completions that arrived in this run
 */
public record BulkProgress(
        long lines,
        boolean inputEnded,
        long completed,
        long failed,
        long resumed,
        long promptTokens,
        long completionTokens) {
    static final BulkProgress NOTHING_YET = new BulkProgress(0, false, 0, 0, 0, 0, 0);

    public long done() {
        return completed + failed;
    }

    /** The same with what somebody else counted. */
    BulkProgress of(long allLines, boolean ended) {
        return new BulkProgress(allLines, ended, completed, failed, resumed, promptTokens, completionTokens);
    }

    BulkProgress withLine() {
        return new BulkProgress(lines + 1, inputEnded, completed, failed, resumed, promptTokens, completionTokens);
    }

    BulkProgress withInputEnded() {
        return new BulkProgress(lines, true, completed, failed, resumed, promptTokens, completionTokens);
    }

    BulkProgress withCompletion(long promptTokensMore, long completionTokensMore) {
        return new BulkProgress(
                lines,
                inputEnded,
                completed + 1,
                failed,
                resumed,
                promptTokens + promptTokensMore,
                completionTokens + completionTokensMore);
    }

    BulkProgress withFailure() {
        return new BulkProgress(lines, inputEnded, completed, failed + 1, resumed, promptTokens, completionTokens);
    }

    BulkProgress withResumed(boolean asCompletion) {
        return new BulkProgress(
                lines,
                inputEnded,
                asCompletion ? completed + 1 : completed,
                asCompletion ? failed : failed + 1,
                resumed + 1,
                promptTokens,
                completionTokens);
    }
}

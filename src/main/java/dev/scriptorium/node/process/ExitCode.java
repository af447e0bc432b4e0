package dev.scriptorium.node.process;

/** What the process tells a script when it ends; documented in the README. */
public enum ExitCode {
    /** Everything asked for was done. */
    OK(0),
    /** Something failed that was not the fault of one request; the message says what. */
    FAILED(1),
    /** The command line is wrong, or the pipeline file has problems. */
    USAGE(2),
    /** The run finished, but some requests were rejected; the error file has them. */
    SOME_REJECTED(3),
    /** Stopped by the user; the same command goes on. */
    INTERRUPTED(130);

    private final int code;

    ExitCode(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}

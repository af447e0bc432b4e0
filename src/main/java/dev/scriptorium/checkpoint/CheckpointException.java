package dev.scriptorium.checkpoint;

/** A model's files cannot be used; the message is one sentence that names file, tensor or field, value and rule. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int HEAD_CHARACTERS_MAX = 500;
    private static final int TAIL_CHARACTERS_MAX = 200;

    public CheckpointException(String message) {
        super(oneShortLine(message));
    }

    public CheckpointException(String message, Throwable cause) {
        super(oneShortLine(message), cause);
    }

    /** Messages quote what a file says, and a broken file says anything: line ends, control characters, megabytes. */
    private static String oneShortLine(String message) {
        String line = message.replaceAll("\\p{Cntrl}", "\uFFFD");
        return line.length() <= HEAD_CHARACTERS_MAX + TAIL_CHARACTERS_MAX
                ? line
                : line.substring(0, HEAD_CHARACTERS_MAX) + " … " + line.substring(line.length() - TAIL_CHARACTERS_MAX);
    }
}

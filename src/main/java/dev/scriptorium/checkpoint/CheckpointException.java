package dev.scriptorium.checkpoint;

/** A model's files cannot be used; the message is one sentence that names file, tensor or field, value and rule. */
public final class CheckpointException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CheckpointException(String message) {
        super(message);
    }

    public CheckpointException(String message, Throwable cause) {
        super(message, cause);
    }
}

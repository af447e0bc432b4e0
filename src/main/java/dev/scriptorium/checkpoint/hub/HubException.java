package dev.scriptorium.checkpoint.hub;

/** A model could not be brought from the hub; the message is one sentence that says why, and what would help. */
public final class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HubException(String message) {
        super(message.replaceAll("\\p{Cntrl}", "\uFFFD"));
    }

    public HubException(String message, Throwable cause) {
        super(message.replaceAll("\\p{Cntrl}", "\uFFFD"), cause);
    }
}

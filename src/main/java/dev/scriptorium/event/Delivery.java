package dev.scriptorium.event;

/**
 * How a request wants its answer, beside the text itself; none of it changes a single token.
 *
 * @param stream whether the text shall come in pieces on the tokens topic too, while it is written
 * @param onDeadline what becomes of a text that is not finished at the deadline
 * @param onCancel what becomes of a text that is not finished when the request is cancelled
 */
public record Delivery(boolean stream, Unfinished onDeadline, Unfinished onCancel) {
    /** One answer at the end; what is cut off is rejected. */
    public static final Delivery WHOLE = new Delivery(false, Unfinished.REJECT, Unfinished.REJECT);

    /** What becomes of a text that was cut off. */
    public enum Unfinished {
        /** It is thrown away, and the request is rejected: the default. */
        REJECT,
        /** The request completes with it, if it has a token; its finish reason says that it was cut off. */
        PARTIAL
    }
}

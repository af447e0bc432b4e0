package dev.scriptorium.event;

/** Why a completion ended. */
public enum FinishReason {
    /** The model ended it, or a stop text came up. */
    STOP,
    /** max_tokens, max_length or the model's context was reached. */
    LENGTH,
    /** The deadline passed, and the request asked for what there was by then. */
    DEADLINE_EXCEEDED,
    /** It was cancelled, and the request asked for what there was by then. */
    CANCELLED
}

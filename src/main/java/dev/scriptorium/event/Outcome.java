package dev.scriptorium.event;

/** How a request ended, for good: exactly one of these leaves the pipeline for each request id. */
public sealed interface Outcome permits Completion, Rejection {
    RequestId request();

    /** The format to answer in. */
    Dialect dialect();
}

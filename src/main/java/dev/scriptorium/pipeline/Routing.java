package dev.scriptorium.pipeline;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;

/** Where a prompt goes; there is no third way. */
public sealed interface Routing {
    /**
     * On a lane.
     *
     * @param prompt with its model chosen and the pipeline's sampling defaults filled in
     */
    record ToLane(Lane lane, Prompt prompt) implements Routing {}

    /** Nowhere, and its sender is told why. */
    record Refused(Rejection rejection) implements Routing {}
}

package dev.scriptorium.event;

import java.time.Duration;

/**
 * Where a request's time went.
 *
 * @param queue from admission by the router to the first step
 * @param prefill from the first step to the first generated token
 * @param decode from the first generated token to the last
 */
public record Timings(Duration queue, Duration prefill, Duration decode) {}

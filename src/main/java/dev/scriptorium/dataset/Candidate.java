package dev.scriptorium.dataset;

import dev.scriptorium.event.FinishReason;

/**
 * A text that would like to become a row.
 *
 * @param prompt from which it was written
 * @param text what was written, without the prompt
 * @param tokens it was written in, with the end-of-sequence token if there was one
 * @param finishReason why it ended
 */
public record Candidate(String prompt, String text, int tokens, FinishReason finishReason) {}

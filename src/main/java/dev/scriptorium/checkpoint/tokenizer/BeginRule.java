package dev.scriptorium.checkpoint.tokenizer;

import org.jspecify.annotations.Nullable;

/**
 * What the files beside a tokenizer say of the begin token, and which tokens its chat template uses.
 *
 * @param token spelling of the begin token, or null
 * @param id of the begin token, or null
 * @param added whether prompts start with it, or null
 * @param chatTemplate or null
 */
public record BeginRule(
        @Nullable String token,
        @Nullable Integer id,
        @Nullable Boolean added,
        @Nullable String chatTemplate) {
    /** Nothing is said. */
    public static final BeginRule UNSAID = new BeginRule(null, null, null, null);
}

package dev.scriptorium.event;

/**
 * Tokens read and written.
 *
 * @param promptTokens tokens of the rendered prompt, with its beginning-of-sequence token, however many choices share
 *     it
 * @param cachedTokens those of them that were not computed, because the worker still had them from another prompt
 * @param completionTokens tokens generated over all choices, with the end-of-sequence tokens
 */
public record Usage(int promptTokens, int cachedTokens, int completionTokens) {
    public Usage {
        if (promptTokens < 0 || cachedTokens < 0 || completionTokens < 0) {
            throw new InvalidFieldException(
                    "usage", promptTokens + "/" + cachedTokens + "/" + completionTokens, "must not be negative");
        }
    }

    /** Without any cached tokens. */
    public Usage(int promptTokens, int completionTokens) {
        this(promptTokens, 0, completionTokens);
    }

    public int totalTokens() {
        return promptTokens + completionTokens;
    }
}

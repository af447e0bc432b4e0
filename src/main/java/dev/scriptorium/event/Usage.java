package dev.scriptorium.event;

/**
 * Tokens read and written.
 *
 * @param promptTokens tokens of the rendered prompt, with its beginning-of-sequence token
 * @param completionTokens tokens generated, with the end-of-sequence token if one was
 */
public record Usage(int promptTokens, int completionTokens) {
    public Usage {
        if (promptTokens < 0 || completionTokens < 0) {
            throw new InvalidFieldException("usage", promptTokens + "/" + completionTokens, "must not be negative");
        }
    }

    public int totalTokens() {
        return promptTokens + completionTokens;
    }
}

package dev.scriptorium.token;

/**
 * A chat template refused the turns ({@code raise_exception}) or could not be rendered; the message has its own words.
 */
public final class TemplateException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TemplateException(String message) {
        super(message);
    }
}

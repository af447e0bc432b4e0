package dev.scriptorium.grammar;

/** A schema is wrong, empty or asks for what is not enforced here; the message says where and what instead. */
public final class UnsupportedSchemaException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnsupportedSchemaException(String message) {
        super(message);
    }

    public UnsupportedSchemaException(String message, Throwable cause) {
        super(message, cause);
    }
}

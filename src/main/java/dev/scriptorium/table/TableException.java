package dev.scriptorium.table;

import org.jspecify.annotations.Nullable;

/** A file that is not the table it claims to be; the message names file, place and rule. */
public final class TableException extends IllegalStateException {
    TableException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    TableException(String message) {
        this(message, null);
    }
}

package dev.scriptorium.wire;

import dev.scriptorium.event.ErrorCode;
import org.jspecify.annotations.Nullable;

/** Why bytes cannot be a prompt: leaves the depths of decoding as an exception and never leaves this room. */
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int SHOWN_CHARACTERS_MAX = 80;

    private final ErrorCode code;
    private final @Nullable String field;

    Refusal(ErrorCode code, @Nullable String field, String sentence) {
        super(sentence, null, false, false);
        this.code = code;
        this.field = field;
    }

    static Refusal malformed(String sentence) {
        return new Refusal(ErrorCode.MALFORMED, null, sentence);
    }

    static Refusal missing(String field, String rule) {
        return new Refusal(ErrorCode.MISSING_FIELD, field, "field '%s' is missing: %s".formatted(field, rule));
    }

    /** @param found the value as the user wrote it, perhaps with its type */
    static Refusal invalid(String field, String found, String rule) {
        return new Refusal(ErrorCode.INVALID_VALUE, field, "field '%s' is %s, but it %s".formatted(field, found, rule));
    }

    ErrorCode code() {
        return code;
    }

    @Nullable
    String field() {
        return field;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    /** Text from a user, short enough to be shown to people. */
    static String shown(String text) {
        if (text.length() <= SHOWN_CHARACTERS_MAX) {
            return text;
        }
        // A pair of surrogates is one character and must not be torn.
        int end = Character.isHighSurrogate(text.charAt(SHOWN_CHARACTERS_MAX - 1))
                ? SHOWN_CHARACTERS_MAX - 1
                : SHOWN_CHARACTERS_MAX;
        return text.substring(0, end) + "… (" + text.length() + " characters)";
    }
}

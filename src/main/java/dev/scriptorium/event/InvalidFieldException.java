package dev.scriptorium.event;

/** One value of an event breaks a rule; says which field, what was found and what is allowed. */
public final class InvalidFieldException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int VALUE_CHARACTERS_MAX = 80;

    private final String field;
    private final String value;
    private final String rule;

    /**
     * @param field the public name of the field, as users write it ({@code temperature}, {@code messages[2].role})
     * @param value the value found, shortened to 80 characters
     * @param rule what is allowed, as the end of a sentence ({@code must be from 0 to 2})
     */
    public InvalidFieldException(String field, Object value, String rule) {
        super("field '%s' is %s, but it %s".formatted(field, shorten(value), rule));
        this.field = field;
        this.value = shorten(value);
        this.rule = rule;
    }

    public String field() {
        return field;
    }

    public String value() {
        return value;
    }

    public String rule() {
        return rule;
    }

    private static String shorten(Object value) {
        String text = value instanceof CharSequence ? "'" + value + "'" : String.valueOf(value);
        return text.length() <= VALUE_CHARACTERS_MAX
                ? text
                : text.substring(0, VALUE_CHARACTERS_MAX) + "… (" + text.length() + " characters)";
    }
}

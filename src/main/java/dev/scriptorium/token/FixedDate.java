package dev.scriptorium.token;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * The date for chat templates that ask for it with {@code strftime_now}: always the same one, because a completion must
 * not depend on the day it is made. It is the date that the templates of Llama-3 themselves take where there is none.
 */
public final class FixedDate {
    private static final LocalDateTime DATE = LocalDateTime.of(2024, 7, 26, 0, 0);

    private FixedDate() {}

    /**
     * The date by a format of C's strftime; public because the template library calls it by reflection.
     *
     * @throws TemplateException for a directive that is not known
     */
    public static String format(String format) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < format.length(); at++) {
            char character = format.charAt(at);
            if (character != '%') {
                text.append(character);
                continue;
            }
            at++;
            char directive = at < format.length() ? format.charAt(at) : ' ';
            text.append(directive == '%' ? "%" : DATE.format(pattern(directive)));
        }
        return text.toString();
    }

    private static DateTimeFormatter pattern(char directive) {
        String pattern = switch (directive) {
            case 'a' -> "EEE";
            case 'A' -> "EEEE";
            case 'b', 'h' -> "MMM";
            case 'B' -> "MMMM";
            case 'd' -> "dd";
            case 'F' -> "yyyy-MM-dd";
            case 'H' -> "HH";
            case 'I' -> "hh";
            case 'j' -> "DDD";
            case 'm' -> "MM";
            case 'M' -> "mm";
            case 'p' -> "a";
            case 'S' -> "ss";
            case 'T' -> "HH:mm:ss";
            case 'y' -> "yy";
            case 'Y' -> "yyyy";
            default ->
                throw new TemplateException(
                        "the chat template formats the date with '%" + directive + "', which is not supported");
        };
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH);
    }
}

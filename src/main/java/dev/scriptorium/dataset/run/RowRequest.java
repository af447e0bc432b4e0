package dev.scriptorium.dataset.run;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request is for, as its metadata says: {@code 17/0} is the first choice of row 17, and {@code 17/0/judge} what
 * a judge says of it.
 */
public record RowRequest(long row, int choice, boolean judge) {
    /** The metadata's key. Prompts that have it and are of no recipe are answered as all others. */
    public static final String METADATA_KEY = "scriptorium_row";

    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})/([0-9]{1,9})(/judge)?");

    /** Null if the metadata is of no row. */
    public static @Nullable RowRequest of(Map<String, String> metadata) {
        String value = metadata.get(METADATA_KEY);
        Matcher form = value == null ? null : FORM.matcher(value);
        return form == null || !form.matches()
                ? null
                : new RowRequest(Long.parseLong(form.group(1)), Integer.parseInt(form.group(2)), form.group(3) != null);
    }

    Map<String, String> metadata() {
        return Map.of(METADATA_KEY, "%d/%d%s".formatted(row, choice, judge ? "/judge" : ""));
    }

    /** The request's id in the recipe's job. */
    String id(String rowId) {
        return rowId + (choice == 0 ? "" : "#" + choice) + (judge ? "?judge" : "");
    }
}

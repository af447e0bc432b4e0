package dev.scriptorium.dataset;

/**
 * Which row of a recipe's job this is.
 *
 * @param seed the number of its seed row, from 0
 * @param template by name
 * @param audience empty if the recipe names none
 * @param style empty if the recipe names none
 * @param draw which of the recipe's {@code draws}, from 0
 */
public record RowKey(long seed, String template, String audience, String style, int draw) {
    /** Unique within the job; {@code 17/story/young children/-/0}. Names have no slash. */
    public String id() {
        return "%d/%s/%s/%s/%d".formatted(seed, template, orDash(audience), orDash(style), draw);
    }

    private static String orDash(String name) {
        return name.isEmpty() ? "-" : name;
    }
}

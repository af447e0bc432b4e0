package dev.scriptorium.topology.contract;

import java.util.List;

/** Writes YAML of sections, texts and numbers, two spaces a level; every text is quoted. */
final class Yaml {
    private final StringBuilder out = new StringBuilder();
    private int level;

    /** A section; an empty one is an empty mapping. */
    void in(String name, Runnable content) {
        int before = line(name).append(":\n").length();
        level++;
        content.run();
        level--;
        if (out.length() == before) {
            out.setLength(before - 1);
            out.append(" {}\n");
        }
    }

    void pair(String name, String value) {
        line(name).append(": ").append(quoted(value)).append('\n');
    }

    void number(String name, long value) {
        line(name).append(": ").append(value).append('\n');
    }

    void flag(String name, boolean value) {
        line(name).append(": ").append(value).append('\n');
    }

    /** One text, or a list of several. */
    void words(String name, List<String> values) {
        if (values.size() == 1 && !name.equals("required") && !name.equals("cleanup.policy")) {
            pair(name, values.getFirst());
            return;
        }
        line(name)
                .append(": [")
                .append(String.join(", ", values.stream().map(Yaml::quoted).toList()))
                .append("]\n");
    }

    @Override
    public String toString() {
        return out.toString();
    }

    private StringBuilder line(String name) {
        return out.append("  ".repeat(level)).append(name.matches("[A-Za-z][A-Za-z0-9_.-]*") ? name : quoted(name));
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}

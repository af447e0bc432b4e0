package dev.scriptorium.pipeline;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A mapping of a YAML file, asked for its keys one by one. The environment goes before the file; what is wrong is noted
 * with its place and a harmless value is handed out, so that one reading finds everything.
 */
public final class Section {
    static final String PREFIX = "SCRIPTORIUM_";

    private final Source source;
    private final String path;
    private final int line;
    private final Map<String, Node> entries = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new HashMap<>();
    private final Set<String> known = new LinkedHashSet<>();

    private Section(Source source, String path, int line, @Nullable Node node) {
        this.source = source;
        this.path = path;
        this.line = line;
        source.places.putIfAbsent(path, new Place(source.file, line));
        if (node instanceof MappingNode mapping) {
            mapping.getValue().forEach(this::take);
        } else if (node != null && !Nodes.isNothing(node)) {
            source.incomplete.add(top(path));
            source.problem(
                    line,
                    "%s is %s, but it must be a section with keys of its own".formatted(title(), Nodes.shown(node)));
        }
    }

    private void take(NodeTuple tuple) {
        int at = Nodes.lineOf(tuple.getKeyNode());
        if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
            source.problem(at, "a key in %s is not a word".formatted(title()));
        } else if (entries.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
            source.problem(
                    at,
                    "key '%s' stands twice in %s, first in line %d"
                            .formatted(key.getValue(), title(), lines.get(key.getValue())));
        } else {
            lines.put(key.getValue(), at);
        }
    }

    /** Where a value stands. */
    public record Place(String file, int line) {}

    /** One reading of one file: the environment and all that was found wrong. */
    public static final class Source {
        private final String title;
        private final String file;
        private final Map<String, String> environment = new TreeMap<>();
        private final Map<String, String> variables = new TreeMap<>();
        private final Map<String, Place> places = new HashMap<>();
        private final Set<String> incomplete = new HashSet<>();
        private final List<PipelineProblem> problems = new ArrayList<>();

        /** @param title what the file is, for messages: {@code "the pipeline"} */
        public Source(String title, String file, Map<String, String> environment) {
            this.title = title;
            this.file = file;
            environment.forEach((variable, value) -> {
                if (variable.startsWith(PREFIX)) {
                    this.environment.put(variable, value);
                }
            });
        }

        /** The file's top; empty if it cannot be read as YAML at all. */
        public Optional<Section> open(String yaml) {
            try {
                Node root = Nodes.compose(yaml, file).orElse(null);
                return Optional.of(new Section(this, "", 1, root));
            } catch (MarkedYamlEngineException e) {
                int at = e.getProblemMark().map(mark -> mark.getLine() + 1).orElse(0);
                problem(at, "is not YAML: " + e.getProblem());
            } catch (YamlEngineException e) {
                problem(0, "is not YAML: " + e.getMessage());
            }
            return Optional.empty();
        }

        Map<String, String> environment() {
            return environment;
        }

        public List<PipelineProblem> problems() {
            return problems;
        }

        public void problem(int line, String message) {
            problems.add(new PipelineProblem(file, line, message));
        }

        public void problem(Place place, String message) {
            problems.add(new PipelineProblem(place.file(), place.line(), message));
        }

        /** Where a path stands, or the nearest part of the file around it. */
        public Place place(String path) {
            String around = path;
            while (!places.containsKey(around) && !around.isEmpty()) {
                around = around.substring(0, Math.max(0, around.lastIndexOf('.')));
            }
            return places.getOrDefault(around, new Place(file, 0));
        }

        /** Whether entries of a section were left out because they could not be read. */
        public boolean isIncomplete(String section) {
            return incomplete.contains(section);
        }

        public void markIncomplete(String section) {
            incomplete.add(section);
        }

        /** Every variable that is or could have been asked for. */
        Set<String> variables() {
            return variables.keySet();
        }

        private @Nullable String variable(String path) {
            String variable = variableOf(path);
            String other = variables.putIfAbsent(variable, path);
            String value = environment.get(variable);
            if (value != null && other != null && !other.equals(path)) {
                problem(new Place(variable, 0), "could mean %s or %s; rename one of them".formatted(other, path));
            }
            return value;
        }
    }

    /** {@code topics.dead-letters.name} is {@code SCRIPTORIUM_TOPICS_DEAD_LETTERS_NAME}. */
    static String variableOf(String path) {
        return PREFIX + path.toUpperCase(Locale.ROOT).replaceAll("[^A-Z0-9]", "_");
    }

    /** A part of this one, empty if it is not there. */
    public Section section(String name) {
        known.add(name);
        return new Section(source, join(name), lines.getOrDefault(name, line), entries.get(name));
    }

    /** The names that the file chose in this section, such as those of the lanes. */
    public List<String> names(Key.Kind<String> kind) {
        known.addAll(entries.keySet());
        return entries.keySet().stream().filter(name -> nameIsGood(name, kind)).toList();
    }

    private boolean nameIsGood(String name, Key.Kind<String> kind) {
        try {
            var _ = kind.parse().apply(name);
            return true;
        } catch (IllegalArgumentException e) {
            source.incomplete.add(top(path));
            source.problem(
                    lines.getOrDefault(name, line),
                    "a name in %s is '%s', but it must be %s"
                            .formatted(top(path), Spelling.shorten(name), kind.words()));
            return false;
        }
    }

    /** The sections in a list, each known by the value of its key {@code name}. */
    public List<Section> items(String name, Key<String> nameKey) {
        known.add(name);
        Node node = entries.get(name);
        List<Section> sections = new ArrayList<>();
        if (node instanceof SequenceNode list) {
            for (Node item : list.getValue()) {
                Section section =
                        new Section(source, join(name) + "." + nameOf(item, nameKey), Nodes.lineOf(item), item);
                section.known.add(nameKey.name());
                if (!(item instanceof MappingNode) || !section.nameIsGood(nameOf(item, nameKey), nameKey.kind())) {
                    source.incomplete.add(name);
                } else if (sections.stream().anyMatch(other -> other.path.equals(section.path))) {
                    source.incomplete.add(name);
                    source.problem(Nodes.lineOf(item), "two entries have the name %s".formatted(section.path));
                } else {
                    sections.add(section);
                }
            }
        } else if (node != null && !Nodes.isNothing(node)) {
            source.incomplete.add(name);
            source.problem(
                    lines.getOrDefault(name, line),
                    "%s is %s, but it must be a list".formatted(name, Nodes.shown(node)));
        }
        return sections;
    }

    /** A name stands in the file alone, because the variables of all that it names are made from it. */
    private static String nameOf(Node item, Key<String> key) {
        return item instanceof MappingNode mapping
                ? mapping.getValue().stream()
                        .filter(tuple -> Nodes.shown(tuple.getKeyNode()).equals("'" + key.name() + "'"))
                        .map(tuple -> tuple.getValueNode() instanceof ScalarNode value ? value.getValue() : "")
                        .findFirst()
                        .orElse("")
                : "";
    }

    /** The value of a key, or what its fallback says. */
    public <T> T get(Key<T> key) {
        T value = find(key);
        if (value != null) {
            return value;
        }
        if (key.fallback() == null) {
            throw new IllegalStateException(key.path() + " has no fallback");
        }
        return key.kind().parse().apply(key.fallback());
    }

    /** The value of a key; null if it is not there, which is a problem, or wrong. */
    public <T> @Nullable T require(Key<T> key) {
        int before = source.problems.size();
        T value = find(key);
        if (value == null && source.problems.size() == before) {
            source.problem(
                    line,
                    "%s has no '%s', which must be %s"
                            .formatted(title(), key.name(), key.kind().words()));
        }
        return value;
    }

    /** The value of a key; null if nothing is said or if it is wrong. */
    public <T> @Nullable T find(Key<T> key) {
        known.add(key.name());
        String at = join(key.name());
        String variable = source.variable(at);
        if (variable != null) {
            Place place = new Place(variableOf(at), 0);
            source.places.put(at, place);
            return parse(key, at, variable, place);
        }
        Node node = entries.get(key.name());
        if (node == null || Nodes.isNothing(node)) {
            return null;
        }
        return parse(key, at, node);
    }

    /** The values of a key that takes one or a list of them. */
    public <T> List<T> list(Key<T> key) {
        known.add(key.name());
        String at = join(key.name());
        String variable = source.variable(at);
        if (variable != null && !variable.startsWith("[")) {
            T only = find(key);
            return only == null ? List.of() : List.of(only);
        }
        Node node = variable == null ? entries.get(key.name()) : flowList(at, variable);
        List<Node> items =
                node instanceof SequenceNode list ? list.getValue() : node == null ? List.of() : List.of(node);
        List<T> values = new ArrayList<>();
        for (Node item : items) {
            T value = Nodes.isNothing(item) ? null : parse(key, at, item);
            if (value != null) {
                values.add(value);
            }
        }
        return values;
    }

    private @Nullable Node flowList(String at, String value) {
        try {
            return Nodes.compose(value, variableOf(at)).orElse(null);
        } catch (YamlEngineException e) {
            source.problem(new Place(variableOf(at), 0), "%s is not a list like [a, b]".formatted(at));
            return null;
        }
    }

    private <T> @Nullable T parse(Key<T> key, String at, Node node) {
        Place place = new Place(source.file, lines.containsKey(key.name()) ? Nodes.lineOf(node) : line);
        source.places.put(at, place);
        if (node instanceof ScalarNode scalar) {
            return parse(key, at, scalar.getValue(), place);
        }
        source.problem(
                place,
                "%s is %s, but it must be %s"
                        .formatted(at, Nodes.shown(node), key.kind().words()));
        return null;
    }

    private <T> @Nullable T parse(Key<T> key, String at, String value, Place place) {
        try {
            return key.kind().parse().apply(value);
        } catch (IllegalArgumentException | ArithmeticException e) {
            boolean hasHint = e.getClass() == IllegalArgumentException.class && !"".equals(e.getMessage());
            String hint = hasHint ? "." + e.getMessage() : "";
            String words = key.kind().words();
            source.problem(
                    place, "%s is '%s', but it must be %s%s".formatted(at, Spelling.shorten(value), words, hint));
        }
        return null;
    }

    /** Free pairs of texts, such as Kafka's properties; {@code reserved} names are read elsewhere. */
    Map<String, String> pairs(Set<String> reserved) {
        Map<String, String> pairs = new LinkedHashMap<>();
        entries.forEach((name, node) -> {
            if (reserved.contains(name) || Nodes.isNothing(node)) {
                return;
            }
            Place place = new Place(source.file, lines.getOrDefault(name, line));
            source.places.put(join(name), place);
            if (node instanceof ScalarNode scalar) {
                pairs.put(name, scalar.getValue());
            } else {
                source.problem(
                        place,
                        "%s is %s, but a property is one value under its full name, as in 'security.protocol: SSL'"
                                .formatted(join(name), Nodes.shown(node)));
            }
        });
        known.addAll(entries.keySet());
        return pairs;
    }

    /** Notes every key that nobody asked for; call it when all have been. */
    public void refuseUnknown() {
        entries.keySet().stream()
                .filter(name -> !known.contains(name))
                .forEach(name -> source.problem(
                        lines.getOrDefault(name, line),
                        "%s has a key '%s', which is not known here (keys: %s).%s"
                                .formatted(
                                        title(),
                                        Spelling.shorten(name),
                                        String.join(", ", known),
                                        Spelling.didYouMean(name, known))));
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    public String path() {
        return path;
    }

    public Source source() {
        return source;
    }

    private String title() {
        return path.isEmpty() ? source.title : path.endsWith(".") ? "an entry of " + top(path) : path;
    }

    private String join(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String top(String path) {
        int dot = path.indexOf('.');
        return dot < 0 ? path : path.substring(0, dot);
    }
}

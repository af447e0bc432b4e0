package dev.scriptorium.node.deploy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The files under {@code deploy/}, read as those read them for whom they are. */
final class DeployFiles {
    static final Path ROOT = Path.of("deploy");

    private DeployFiles() {}

    /**
     * One call of the program.
     *
     * @param where the file and what in it
     * @param arguments behind the program's name
     */
    record Call(String where, List<String> arguments) {
        /** What follows an option; null if it is not there. */
        @Nullable
        String option(String name) {
            int at = arguments.indexOf(name);
            return at < 0 ? null : arguments.get(at + 1);
        }

        String command() {
            return arguments.getFirst();
        }
    }

    /** A part of a YAML document, asked by path; nothing that is asked for may be missing. */
    record Node(String where, @Nullable Object value) {
        Node at(Object... path) {
            Node node = this;
            for (Object step : path) {
                Node next = node.find(step);
                if (next.value() == null) {
                    throw new AssertionError(next.where() + " is missing");
                }
                node = next;
            }
            return node;
        }

        Node find(Object step) {
            Object found = null;
            if (value instanceof Map<?, ?> map) {
                found = map.get(step);
            } else if (value instanceof List<?> list && step instanceof Integer index && index < list.size()) {
                found = list.get(index);
            }
            return new Node(where + "/" + step, found);
        }

        boolean has(Object step) {
            return find(step).value() != null;
        }

        String text() {
            return String.valueOf(value);
        }

        int number() {
            return Integer.parseInt(text());
        }

        List<Node> list() {
            List<Node> nodes = new ArrayList<>();
            if (value instanceof List<?> list) {
                for (int i = 0; i < list.size(); i++) {
                    nodes.add(new Node(where + "/" + i, list.get(i)));
                }
            }
            return nodes;
        }

        Map<String, Node> map() {
            Map<String, Node> nodes = new LinkedHashMap<>();
            if (value instanceof Map<?, ?> map) {
                map.forEach((key, each) -> nodes.put(String.valueOf(key), new Node(where + "/" + key, each)));
            }
            return nodes;
        }

        List<String> texts() {
            return list().stream().map(Node::text).toList();
        }
    }

    static List<Path> all() {
        try (Stream<Path> files = Files.walk(ROOT)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.equals(ROOT.resolve("compose/keys")))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String read(String file) {
        try {
            return Files.readString(ROOT.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All documents of a YAML file. */
    static List<Node> yaml(String file) {
        LoadSettings settings = LoadSettings.builder()
                .setAllowDuplicateKeys(false)
                .setLabel(file)
                .build();
        List<Node> documents = new ArrayList<>();
        new Load(settings).loadAllFromString(read(file)).forEach(each -> documents.add(new Node(file, each)));
        return documents;
    }

    static Node document(String file, String kind) {
        return yaml(file).stream()
                .filter(each -> each.at("kind").text().equals(kind))
                .findFirst()
                .orElseThrow(() -> new AssertionError(file + " has no " + kind));
    }

    /** The services of compose.yaml that run our image. */
    static Map<String, Node> composeParts() {
        Map<String, Node> parts = new LinkedHashMap<>();
        yaml("compose/compose.yaml").getFirst().at("services").map().forEach((name, service) -> {
            if (service.at("image").text().equals("scriptorium")) {
                parts.put(name, service);
            }
        });
        return parts;
    }

    /** The pods of the cluster that run our image, by the file that has them. */
    static Map<String, Node> pods() {
        Map<String, Node> pods = new LinkedHashMap<>();
        for (String file : List.of("router", "worker", "gateway")) {
            String path = "kubernetes/" + file + ".yaml";
            for (Node document : yaml(path)) {
                if (document.at("kind").text().matches("Deployment|StatefulSet")) {
                    pods.put(path, document.at("spec", "template", "spec"));
                }
            }
        }
        return pods;
    }

    /** The sections of a systemd unit; a key that comes twice keeps both values, a line each. */
    static Map<String, Map<String, String>> unit(String file) {
        Map<String, Map<String, String>> sections = new LinkedHashMap<>();
        Map<String, String> section = new LinkedHashMap<>();
        for (String line : read(file).lines().toList()) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                section = new LinkedHashMap<>();
                sections.put(line.substring(1, line.length() - 1), section);
                continue;
            }
            int equals = line.indexOf('=');
            if (equals < 1) {
                throw new AssertionError(file + ": '" + line + "' is neither a section nor a setting");
            }
            section.merge(line.substring(0, equals), line.substring(equals + 1), (a, b) -> a + "\n" + b);
        }
        return sections;
    }

    static List<String> units() {
        return all().stream()
                .map(file -> ROOT.relativize(file).toString())
                .filter(file -> file.endsWith(".service"))
                .toList();
    }

    /** Every call of the program in any file. */
    static List<Call> calls() {
        List<Call> calls = new ArrayList<>();
        composeParts()
                .forEach((name, service) -> calls.add(
                        new Call("compose.yaml " + name, service.at("command").texts())));
        pods().forEach((file, pod) -> pod.at("containers")
                .list()
                .forEach(container ->
                        calls.add(new Call(file, container.at("args").texts()))));
        for (String unit : units()) {
            String[] words = unit(unit)
                    .getOrDefault("Service", Map.of())
                    .getOrDefault("ExecStart", "")
                    .replace("%i", "9465")
                    .replace("%H", "host")
                    .split(" ", -1);
            calls.add(new Call(unit, List.of(words).subList(1, words.length)));
        }
        return calls;
    }
}

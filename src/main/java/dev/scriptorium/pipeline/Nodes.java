package dev.scriptorium.pipeline;

import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** The nodes of a YAML file, as messages speak of them. */
final class Nodes {
    private Nodes() {}

    static Optional<Node> compose(String yaml, String label) {
        return new Compose(LoadSettings.builder().setLabel(label).build()).composeString(yaml);
    }

    static boolean isNothing(Node node) {
        return node.getTag().equals(Tag.NULL);
    }

    static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    static String shown(Node node) {
        return switch (node) {
            case ScalarNode scalar -> "'" + Spelling.shorten(scalar.getValue()) + "'";
            case SequenceNode list -> "a list of " + list.getValue().size();
            default -> "a section";
        };
    }
}

package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.TopicSpec;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyDescription;
import org.apache.kafka.streams.TopologyDescription.Node;
import org.apache.kafka.streams.TopologyDescription.Processor;
import org.apache.kafka.streams.TopologyDescription.Sink;
import org.apache.kafka.streams.TopologyDescription.Source;

/** Draws a topology as it is, so that the picture cannot say anything else. */
public final class TopologyPicture {
    private static final String REPARTITION = "-repartition";

    private final TopologyDescription topology;
    private final Pipeline pipeline;
    private final StringBuilder out = new StringBuilder();
    private final Set<String> edges = new TreeSet<>();

    private TopologyPicture(Topology topology, Pipeline pipeline) {
        this.topology = topology.describe();
        this.pipeline = pipeline;
    }

    /** A Mermaid flowchart: topics are rounded, steps are boxes, stores are drums, workers stand between the lanes. */
    public static String mermaid(Topology topology, Pipeline pipeline) {
        return new TopologyPicture(topology, pipeline).draw();
    }

    /** A table of all topics that the pipeline declares, in Markdown. */
    public static String topicTable(Pipeline pipeline) {
        StringBuilder table = new StringBuilder("| topic | partitions | copies | settings |\n|---|---:|---:|---|\n");
        for (TopicSpec topic : pipeline.allTopics()) {
            String copies = topic.replication() == TopicSpec.BROKER_DEFAULT
                    ? "broker's default"
                    : Integer.toString(topic.replication());
            List<String> settings = new ArrayList<>();
            topic.configs().forEach((name, value) -> settings.add("`" + name + "=" + value + "`"));
            table.append("| `%s` | %d | %s | %s |\n"
                    .formatted(topic.name(), topic.partitions(), copies, String.join(", ", settings)));
        }
        return table.toString();
    }

    private String draw() {
        out.append("flowchart LR\n");
        TreeMap<Integer, TopologyDescription.Subtopology> parts = new TreeMap<>();
        topology.subtopologies().forEach(part -> parts.put(part.id(), part));
        parts.values().forEach(this::drawPart);
        out.append("    workers[[workers]]\n");
        for (Lane lane : pipeline.lanes()) {
            edges.add(topic(lane.topic().name()) + " -.-> workers");
        }
        edges.add(topic(pipeline.topics().cancellations().name()) + " -.-> workers");
        edges.add("workers -.-> " + topic(pipeline.topics().outcomes().name()));
        edges.add("workers -.-> " + topic(pipeline.topics().tokens().name()));
        edges.forEach(edge -> out.append("    ").append(edge).append('\n'));
        return out.toString();
    }

    private void drawPart(TopologyDescription.Subtopology part) {
        Collection<Node> nodes =
                part.nodes().stream().sorted(Comparator.comparing(Node::name)).toList();
        out.append("    subgraph part%d [router, part %d]\n".formatted(part.id(), part.id()));
        Set<String> stores = new TreeSet<>();
        for (Node node : nodes) {
            if (node instanceof Processor processor && !isEntrance(node)) {
                out.append("        step_%s[%s]\n".formatted(id(node.name()), node.name()));
                stores.addAll(processor.stores());
            }
        }
        stores.forEach(store -> out.append("        store_%s[(%s)]\n".formatted(id(store), store)));
        out.append("    end\n");
        nodes.forEach(this::drawEdges);
    }

    private void drawEdges(Node node) {
        switch (node) {
            case Source source ->
                source.topicSet()
                        .forEach(topic -> node.successors()
                                .forEach(next -> edges.add(topic(topic) + " --> step_" + id(next.name()))));
            case Processor _ when isEntrance(node) -> {}
            case Processor processor -> {
                processor
                        .stores()
                        .forEach(store -> edges.add("step_%s <-.-> store_%s".formatted(id(node.name()), id(store))));
                node.successors().forEach(next -> drawEdge(processor, next));
            }
            case Sink _ -> {}
            default -> throw new IllegalStateException("unknown kind of step: " + node);
        }
    }

    private void drawEdge(Processor from, Node to) {
        String start = "step_" + id(from.name());
        if (isEntrance(to)) {
            String topic = to.name().substring(0, to.name().length() - Names.INTO.length());
            edges.add(start + " --> " + topic(topic));
        } else if (to instanceof Sink sink) {
            edges.add(start + " -->|" + to.name() + "| " + topic(sink.topic()));
        } else {
            edges.add(start + " --> step_" + id(to.name()));
        }
    }

    /** Whether this is Kafka Streams' own step in front of an internal topic, which would say the same twice. */
    private static boolean isEntrance(Node node) {
        return node.name().endsWith(Names.INTO);
    }

    private static String topic(String name) {
        String shown = name.endsWith(REPARTITION) ? name.substring(0, name.length() - REPARTITION.length()) : name;
        return "topic_%s([%s])".formatted(id(shown), shown);
    }

    private static String id(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_");
    }
}

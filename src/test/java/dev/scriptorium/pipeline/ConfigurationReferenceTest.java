package dev.scriptorium.pipeline;

import dev.scriptorium.Golden;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/configuration.md} lists the keys that the reader asks for. */
class ConfigurationReferenceTest {
    private static final String HEAD = """
        # Configuration

        A pipeline file (`topology/pipeline.yaml` is the default one) says what flows where. Only `models`, `lanes` and
        `routes` must be there. Every problem is reported with file, line and the nearest right value, all at once.
        This page is generated: `mvn test -Dtest=ConfigurationReferenceTest -Dgolden.update=true`.

        Names in angle brackets are chosen by the file; `<topic>` is one of the topics in the table below. Times are
        written `500ms`, `30s`, `10m`, `12h` or `7d`, sizes `512KiB` or `1MiB`.

        ## Keys

        | key | must be | default | meaning |
        |---|---|---|---|
        """;

    private static final String ENVIRONMENT = """

        ## From the environment

        Each key can also come from a variable, which goes before the file: `SCRIPTORIUM_` and the key in capitals,
        with an underscore for every sign that is no letter or digit. `topics.dead-letters.name` is
        `SCRIPTORIUM_TOPICS_DEAD_LETTERS_NAME`, and `to` of the route `everything-else` is
        `SCRIPTORIUM_ROUTES_EVERYTHING_ELSE_TO`. A list is written `[a, b]`. Models, lanes, routes and the names of
        routes are declared in the file alone. A variable with our prefix that is of no key is refused, but for those
        that are for the program itself:
        """;

    private static final String KAFKA = """

        ## Kafka's own properties

        What stands under `kafka` is passed to Kafka's clients unchanged, under Kafka's own names; what stands under
        `kafka.streams`, `kafka.consumer`, `kafka.producer` or `kafka.admin` is for these alone. From the environment,
        `SCRIPTORIUM_KAFKA_SASL_JAAS_CONFIG` is `sasl.jaas.config`: an underscore is a dot, and two are one underscore.
        These cannot be set, because the promises rest on them:

        | property | why |
        |---|---|
        """;

    private static final String TOPICS = """

        ## Topics, unless told otherwise

        | key | partitions | settings |
        |---|---:|---|
        """;

    @Test
    void referenceListsEveryKey() {
        // Given
        StringBuilder page = new StringBuilder(HEAD);

        // When
        for (Key<?> key : AllKeys.IN_ORDER) {
            String fallback = key.fallback();
            page.append("| `%s` | %s | %s | %s |\n"
                    .formatted(
                            key.path(),
                            key.kind().words(),
                            fallback == null || fallback.isEmpty() ? "" : "`" + fallback + "`",
                            key.meaning()));
        }
        page.append(ENVIRONMENT);
        page.append("`%s`.\n".formatted(String.join("`, `", new TreeSet<>(PipelineReader.PROGRAM_VARIABLES))));
        page.append(KAFKA);
        new TreeSet<>(PipelineReader.OURS.keySet())
                .forEach(name -> page.append("| `%s` | %s |\n".formatted(name, PipelineReader.OURS.get(name))));
        page.append(TOPICS);
        appendTopics(page);

        // Then
        Golden.check("docs/reference/configuration.md", page.toString());
    }

    private static void appendTopics(StringBuilder page) {
        PipelineReader.Result result = PipelineReader.read(PipelineReaderTest.GOOD, "p.yaml", Map.of());
        if (result instanceof PipelineReader.Result.Valid(var pipeline)) {
            Set<String> lanes = Set.of("lanes.fast");
            for (TopicSpec topic : pipeline.allTopics()) {
                if (!lanes.contains(topic.name())) {
                    page.append("| `%s` | %d | %s |\n"
                            .formatted(
                                    topic.name().replace("lanes.bulk", "lanes.<lane>"),
                                    topic.partitions(),
                                    topic.configs()));
                }
            }
        }
    }
}

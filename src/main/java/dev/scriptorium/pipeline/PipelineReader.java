package dev.scriptorium.pipeline;

import dev.scriptorium.event.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads a pipeline file, with the environment laid over it, and finds everything that is wrong in one go.
 *
 * <p>A key's variable is {@code SCRIPTORIUM_} and its path in capitals, with an underscore for every other sign:
 * {@code SCRIPTORIUM_TOPICS_PROMPTS_NAME}, {@code SCRIPTORIUM_LANES_BULK_PARTITIONS}. Routes go by their names. A list
 * is written {@code [a, b]}. Under {@code SCRIPTORIUM_KAFKA_} an underscore is a dot of Kafka's property name and two
 * are one underscore. Models, lanes and routes themselves can only be declared in the file.
 */
public final class PipelineReader {
    /** Variables with our prefix that are for the program and not for the pipeline. */
    public static final Set<String> PROGRAM_VARIABLES = Set.of(
            "SCRIPTORIUM_HOME",
            "SCRIPTORIUM_JAVA_OPTIONS",
            "SCRIPTORIUM_LOG_LEVEL",
            "SCRIPTORIUM_PIPELINE",
            "SCRIPTORIUM_STATE");

    private static final String KAFKA_VARIABLE = Section.PREFIX + "KAFKA_";
    private static final Set<String> ROLES = Set.of("streams", "consumer", "producer", "admin");

    /** Properties on which the promises rest. */
    static final Map<String, String> OURS = Map.of(
            "application.id", "it is the pipeline's name",
            "group.id", "it follows from the pipeline's name",
            "processing.guarantee", "exactly one answer for each request needs exactly_once_v2",
            "isolation.level", "exactly one answer for each request needs read_committed",
            "enable.auto.commit", "prompts are acknowledged when their answer is durable",
            "enable.idempotence", "exactly one answer for each request needs it",
            "transactional.id", "Kafka Streams chooses it",
            "acks", "finished work is only safe on all replicas");

    private final Section.Source source;

    private PipelineReader(Section.Source source) {
        this.source = source;
    }

    /** A valid pipeline, or all that is wrong. */
    public sealed interface Result {
        record Valid(Pipeline pipeline) implements Result {}

        /** @param problems in the order of the file, those of the environment last */
        record Invalid(List<PipelineProblem> problems) implements Result {}
    }

    /**
     * @param fileName for messages
     * @param environment every variable of the process; those without our prefix do not matter
     */
    public static Result read(String yaml, String fileName, Map<String, String> environment) {
        Section.Source source = new Section.Source("the pipeline", fileName, environment);
        Pipeline pipeline = source.open(yaml)
                .map(top -> new PipelineReader(source).pipeline(top))
                .orElse(null);
        if (pipeline != null && source.problems().isEmpty()) {
            return new Result.Valid(pipeline);
        }
        return new Result.Invalid(source.problems().stream()
                .distinct()
                .sorted(Comparator.comparing(
                                (PipelineProblem problem) -> !problem.file().equals(fileName))
                        .thenComparing(PipelineProblem::file)
                        .thenComparing(PipelineProblem::line))
                .toList());
    }

    private @Nullable Pipeline pipeline(Section top) {
        String name = top.get(Key.PIPELINE_NAME);
        Section topicSection = top.section("topics");
        String prefix = topicSection.get(Key.TOPIC_PREFIX);
        int replication = topicSection.get(Key.ALL_REPLICATION);
        Pipeline.Limits limits = limits(top.section("limits"));
        Topics topics = new TopicReader(prefix, replication, limits).topics(topicSection);
        Map<String, Pipeline.Model> models = models(top.section("models"));
        List<Lane> lanes = lanes(top.section("lanes"), models, new TopicReader(prefix, replication, limits));
        List<Route> routes = routes(top);
        Retries retries = retries(top.section("retries"));
        Tenants tenants = tenants(top.section("tenants"));
        KafkaProperties kafka = kafka(top.section("kafka"));
        Integrations integrations = IntegrationReader.read(top, replication, limits);
        top.refuseUnknown();
        refuseUnknownVariables();
        try {
            return new Pipeline(name, topics, models, lanes, routes, limits, retries, tenants, kafka, integrations);
        } catch (PipelineRules.BrokenException e) {
            for (PipelineRules.Violation violation : e.violations()) {
                if (!source.isIncomplete(violation.dependsOn())) {
                    source.problem(source.place(violation.path()), violation.message());
                }
            }
            return null;
        }
    }

    private static Pipeline.Limits limits(Section section) {
        Pipeline.Limits limits = new Pipeline.Limits(
                section.get(Key.RECORD_BYTES),
                section.get(Key.ARRIVAL_BYTES),
                section.get(Key.ID_RETENTION),
                section.get(Key.CANCELLATION_RETENTION),
                section.get(Key.PARTIAL_WAIT));
        section.refuseUnknown();
        return limits;
    }

    private static Retries retries(Section section) {
        Retries retries = new Retries(
                section.get(Key.ATTEMPTS_MAX),
                section.get(Key.BACKOFF),
                section.get(Key.BACKOFF_MAX),
                section.get(Key.STALLED_AFTER));
        section.refuseUnknown();
        return retries;
    }

    private static Tenants tenants(Section section) {
        Map<String, Tenants.Quota> quotas = new LinkedHashMap<>();
        for (String name : section.names(Key.TEXT)) {
            Section tenant = section.section(name);
            quotas.put(name, new Tenants.Quota(tenant.get(Key.TENANT_REQUESTS), tenant.get(Key.TENANT_TOKENS)));
            tenant.refuseUnknown();
        }
        return new Tenants(quotas);
    }

    private static Map<String, Pipeline.Model> models(Section section) {
        Map<String, Pipeline.Model> models = new LinkedHashMap<>();
        List<String> names = section.names(Key.TEXT);
        for (String name : names) {
            Section model = section.section(name);
            String path = model.require(Key.MODEL_PATH);
            Boolean isDefault = model.find(Key.MODEL_DEFAULT);
            // A model whose path is missing is still a name that lanes may use.
            models.put(
                    name,
                    new Pipeline.Model(
                            name,
                            path == null ? name : path,
                            SamplingReader.read(model.section("sampling")),
                            isDefault == null ? names.size() == 1 : isDefault,
                            model.find(Key.MODEL_WEIGHTS),
                            model.find(Key.MODEL_DIGEST)));
            model.refuseUnknown();
        }
        return models;
    }

    private static List<Lane> lanes(Section section, Map<String, Pipeline.Model> models, TopicReader topics) {
        // Without a default, which is a problem of its own, any will do.
        String fallbackModel = models.values().stream()
                .min(Comparator.comparing(model -> !model.isDefault()))
                .map(Pipeline.Model::name)
                .orElse("");
        List<Lane> lanes = new ArrayList<>();
        for (String name : section.names(Key.NAME)) {
            Section lane = section.section(name);
            String model = lane.find(Key.LANE_MODEL);
            Priority service = lane.get(Key.LANE_CLASS);
            int share = lane.get(Key.LANE_SHARE);
            int spillAfter = lane.get(Key.LANE_SPILL_AFTER);
            if (service == Priority.INTERACTIVE) {
                if (lane.has(Key.LANE_SHARE.name())) {
                    lane.source()
                            .problem(
                                    lane.source().place(lane.path() + ".share_percent"),
                                    "lane '%s' is interactive, and share_percent is for bulk lanes alone"
                                            .formatted(name));
                }
                share = 100;
            }
            TopicSpec topic = topics.lane(lane, name);
            lane.refuseUnknown();
            lanes.add(new Lane(name, model == null ? fallbackModel : model, service, share, spillAfter, topic));
        }
        return lanes;
    }

    private static List<Route> routes(Section top) {
        List<Route> routes = new ArrayList<>();
        for (Section section : top.items("routes", Key.ROUTE_NAME)) {
            Section when = section.section("when");
            Route.Conditions conditions = new Route.Conditions(
                    new LinkedHashSet<>(when.list(Key.WHEN_PRIORITY)),
                    new LinkedHashSet<>(when.list(Key.WHEN_MODEL)),
                    when.list(Key.WHEN_TENANT),
                    when.list(Key.WHEN_JOB));
            when.refuseUnknown();
            String lane = section.require(Key.ROUTE_TO);
            section.refuseUnknown();
            if (lane == null) {
                section.source().markIncomplete("routes");
            } else {
                routes.add(new Route(section.path().substring("routes.".length()), conditions, lane));
            }
        }
        return routes;
    }

    private KafkaProperties kafka(Section section) {
        Map<String, Map<String, String>> parts = new HashMap<>();
        parts.put("", new TreeMap<>(section.pairs(ROLES)));
        for (String role : ROLES) {
            parts.put(role, new TreeMap<>(section.section(role).pairs(Set.of())));
        }
        source.environment().forEach((variable, value) -> {
            if (variable.startsWith(KAFKA_VARIABLE)) {
                String rest = variable.substring(KAFKA_VARIABLE.length()).toLowerCase(Locale.ROOT);
                String role = ROLES.stream()
                        .filter(name -> rest.startsWith(name + "_"))
                        .findFirst()
                        .orElse("");
                String property = role.isEmpty() ? rest : rest.substring(role.length() + 1);
                String name = property.replace("__", "\0").replace('_', '.').replace('\0', '_');
                parts.computeIfAbsent(role, any -> new TreeMap<>()).put(name, value);
            }
        });
        parts.forEach((role, properties) -> properties.keySet().stream()
                .filter(OURS::containsKey)
                .forEach(name -> {
                    String path = "kafka." + (role.isEmpty() ? "" : role + ".") + name;
                    source.problem(source.place(path), "%s cannot be set: %s".formatted(path, OURS.get(name)));
                }));
        return new KafkaProperties(
                part(parts, ""),
                part(parts, "streams"),
                part(parts, "consumer"),
                part(parts, "producer"),
                part(parts, "admin"));
    }

    private static Map<String, String> part(Map<String, Map<String, String>> parts, String role) {
        return parts.getOrDefault(role, Map.of());
    }

    private void refuseUnknownVariables() {
        Set<String> known = new LinkedHashSet<>(source.variables());
        known.addAll(PROGRAM_VARIABLES);
        for (String variable : source.environment().keySet()) {
            if (!known.contains(variable) && !variable.startsWith(KAFKA_VARIABLE)) {
                source.problem(
                        new Section.Place(variable, 0),
                        "is the variable of no key of the pipeline." + Spelling.didYouMean(variable, known));
            }
        }
    }

    /** Turns what the file says of a topic into Kafka's terms. */
    private record TopicReader(String prefix, int replication, Pipeline.Limits limits) {
        private static final String COMPACT = "compact";
        private static final Set<String> COMPACTED = Set.of("jobs", "templates", "batches", "workers");

        Topics topics(Section section) {
            Section completions = section.section("completions");
            Section rejections = section.section("rejections");
            Section jobs = section.section("jobs");
            Topics topics = new Topics(
                    topic(section.section("prompts"), "prompts", 8, "7d"),
                    topic(section.section("control"), "control", 1, "7d"),
                    cancellations(section.section("cancellations")),
                    topic(section.section("tokens"), "tokens", 8, "1h"),
                    topic(section.section("quotas"), "quotas", 8, "7d"),
                    topic(section.section("outcomes"), "outcomes", 8, "7d"),
                    topic(completions, "completions", 8, "30d"),
                    completions.get(Key.TOPIC_FORMAT),
                    topic(rejections, "rejections", 4, "30d"),
                    rejections.get(Key.TOPIC_FORMAT),
                    topic(section.section("dead-letters"), "dead-letters", 1, "30d"),
                    topic(jobs, "jobs", 1, null),
                    jobFormat(jobs),
                    topic(section.section("recipes"), "recipes", 4, "7d"),
                    topic(section.section("templates"), "templates", 1, null),
                    topic(section.section("rows"), "rows", 4, "30d"),
                    topic(section.section("batches"), "batches", 1, null),
                    topic(section.section("workers"), "workers", 1, "1h"));
            List.of(completions, rejections, jobs).forEach(Section::refuseUnknown);
            section.refuseUnknown();
            return topics;
        }

        /** One partition, so that all workers hear the same in the same order. */
        private TopicSpec cancellations(Section section) {
            Integer copies = section.find(Key.TOPIC_REPLICATION);
            String name = section.find(Key.TOPIC_NAME);
            section.refuseUnknown();
            int wanted = copies == null ? replication : copies;
            Map<String, String> configs = configs(limits.messageBytesMax(), limits.cancellationRetention());
            return new TopicSpec(prefix + (name == null ? "cancellations" : name), 1, wanted, configs);
        }

        private static Topics.AnswerStyle jobFormat(Section jobs) {
            Topics.AnswerStyle style = jobs.find(Key.TOPIC_FORMAT);
            if (style == Topics.AnswerStyle.AS_PROMPT) {
                jobs.source()
                        .problem(
                                jobs.source().place("topics.jobs.format"),
                                "topics.jobs.format is 'as-prompt', but it must be one of: json, avro");
            }
            return style == null ? Topics.AnswerStyle.JSON : style;
        }

        private TopicSpec topic(Section section, String key, int partitions, @Nullable String retention) {
            String name = section.find(Key.TOPIC_NAME);
            Integer count = section.find(Key.TOPIC_PARTITIONS);
            Integer copies = section.find(Key.TOPIC_REPLICATION);
            Duration kept = section.find(Key.TOPIC_RETENTION);
            if (kept == null && retention != null) {
                kept = Key.TOPIC_RETENTION.kind().parse().apply(retention);
            }
            Map<String, String> configs =
                    configs(key.equals("prompts") ? limits.arrivalBytesMax() : limits.messageBytesMax(), kept);
            if (COMPACTED.contains(key)) {
                configs.put("cleanup.policy", kept == null ? COMPACT : COMPACT + ",delete");
            }
            if (!Set.of("completions", "rejections", "jobs").contains(key)) {
                section.refuseUnknown();
            }
            return new TopicSpec(
                    prefix + (name == null ? key : name),
                    count == null ? partitions : count,
                    copies == null ? replication : copies,
                    configs);
        }

        TopicSpec lane(Section section, String lane) {
            String name = section.find(Key.LANE_TOPIC);
            Integer copies = section.find(Key.LANE_REPLICATION);
            return new TopicSpec(
                    prefix + (name == null ? "lanes." + lane : name),
                    section.get(Key.LANE_PARTITIONS),
                    copies == null ? replication : copies,
                    configs(limits.messageBytesMax(), section.get(Key.LANE_RETENTION)));
        }

        private static Map<String, String> configs(int messageBytesMax, @Nullable Duration kept) {
            Map<String, String> configs = new HashMap<>();
            configs.put("max.message.bytes", Integer.toString(messageBytesMax));
            if (kept != null) {
                configs.put("retention.ms", Long.toString(kept.toMillis()));
            }
            return configs;
        }
    }
}

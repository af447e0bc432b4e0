package dev.scriptorium.pipeline;

import dev.scriptorium.event.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** What must hold between the parts of a pipeline; what must hold within one value is checked where it is read. */
final class PipelineRules {
    private static final int TOPIC_CHARACTERS_MAX = 249;

    private final List<Violation> violations = new ArrayList<>();
    private final Map<String, Pipeline.Model> models;
    private final List<Lane> lanes;
    private final List<Route> routes;

    /**
     * One broken rule.
     *
     * @param path of the offending key in the pipeline file
     * @param dependsOn the section that the rule looks at; if entries of it could not be read, the violation may be a
     *     mere consequence
     */
    record Violation(String path, String dependsOn, String message) {}

    /** The parts of a pipeline do not fit together. */
    static final class BrokenException extends IllegalArgumentException {
        private static final long serialVersionUID = 1L;
        private final transient List<Violation> violations;

        BrokenException(List<Violation> violations) {
            super(violations.stream().map(Violation::message).collect(Collectors.joining("; ")));
            this.violations = violations;
        }

        List<Violation> violations() {
            return violations;
        }
    }

    private PipelineRules(Map<String, Pipeline.Model> models, List<Lane> lanes, List<Route> routes) {
        this.models = models;
        this.lanes = lanes;
        this.routes = routes;
    }

    static void check(
            Topics topics,
            Map<String, Pipeline.Model> models,
            List<Lane> lanes,
            List<Route> routes,
            Pipeline.Limits limits,
            Retries retries,
            Integrations integrations) {
        PipelineRules rules = new PipelineRules(models, lanes, routes);
        rules.checkModels();
        rules.checkLanes();
        rules.checkRoutes();
        rules.checkTopics(topics, integrations);
        rules.checkLimits(topics, limits);
        rules.checkRetries(topics, limits, retries);
        if (!rules.violations.isEmpty()) {
            throw new BrokenException(List.copyOf(rules.violations));
        }
    }

    /** As users write it: {@code interactive}. */
    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private void checkModels() {
        if (models.isEmpty()) {
            add("models", "models", "no model is declared; at least one is needed");
            return;
        }
        List<String> defaults = models.values().stream()
                .filter(Pipeline.Model::isDefault)
                .map(Pipeline.Model::name)
                .toList();
        if (defaults.isEmpty()) {
            add(
                    "models",
                    "models",
                    "no model is the default one; write 'default: true' at one of: " + list(models.keySet()));
        }
        for (String name : defaults.subList(Math.min(1, defaults.size()), defaults.size())) {
            add(
                    "models." + name + ".default",
                    "models",
                    "model '%s' is a second default after '%s'; only one may be".formatted(name, defaults.get(0)));
        }
        for (String name : models.keySet()) {
            if (lanes.stream().noneMatch(lane -> lane.model().equals(name))) {
                add("models." + name, "lanes", "model '%s' has no lane, so no prompt could reach it".formatted(name));
            }
        }
    }

    private void checkLanes() {
        Map<String, Integer> shares = new HashMap<>();
        for (Lane lane : lanes) {
            if (!models.containsKey(lane.model())) {
                add(
                        "lanes." + lane.name() + ".model",
                        "models",
                        "lane '%s' is for model '%s', which is not declared (models: %s).%s"
                                .formatted(
                                        lane.name(),
                                        lane.model(),
                                        list(models.keySet()),
                                        Spelling.didYouMean(lane.model(), models.keySet())));
            }
            if (routes.stream().noneMatch(route -> route.lane().equals(lane.name()))) {
                add("lanes." + lane.name(), "routes", "no route sends to lane '%s'".formatted(lane.name()));
            }
            if (lane.service() == Priority.BULK) {
                int total = shares.merge(lane.model(), lane.sharePercent(), Integer::sum);
                if (total > 100) {
                    add(
                            "lanes." + lane.name() + ".share_percent",
                            "lanes",
                            "with lane '%2$s' the bulk lanes of model '%1$s' have %3$d percent, but 100 is the most"
                                    .formatted(lane.model(), lane.name(), total));
                }
            }
        }
    }

    private void checkRoutes() {
        Map<String, Lane> byName = new HashMap<>();
        lanes.forEach(lane -> byName.put(lane.name(), lane));
        Set<String> laneNames = new TreeSet<>(byName.keySet());
        for (int i = 0; i < routes.size(); i++) {
            Route route = routes.get(i);
            for (String model : route.when().models()) {
                if (!models.containsKey(model)) {
                    add(
                            "routes." + route.name() + ".when.model",
                            "models",
                            "route '%s' is for model '%s', which is not declared (models: %s).%s"
                                    .formatted(
                                            route.name(),
                                            model,
                                            list(models.keySet()),
                                            Spelling.didYouMean(model, models.keySet())));
                }
            }
            Lane lane = byName.get(route.lane());
            if (lane == null) {
                add(
                        "routes." + route.name() + ".to",
                        "lanes",
                        "route '%s' sends to lane '%s', which is not declared (lanes: %s).%s"
                                .formatted(
                                        route.name(),
                                        route.lane(),
                                        list(laneNames),
                                        Spelling.didYouMean(route.lane(), laneNames)));
                continue;
            }
            if (!route.when().models().isEmpty() && !route.when().models().contains(lane.model())) {
                add(
                        "routes." + route.name() + ".to",
                        "lanes",
                        "route '%s' is for model %s, but its lane '%s' serves model '%s'"
                                .formatted(
                                        route.name(),
                                        list(new TreeSet<>(route.when().models())),
                                        lane.name(),
                                        lane.model()));
                continue;
            }
            checkReachable(i, lane, byName);
        }
    }

    /** A route is dead if, for each priority it takes, an earlier one takes all the same prompts. */
    private void checkReachable(int index, Lane lane, Map<String, Lane> byName) {
        Route route = routes.get(index);
        Set<String> shadows = new TreeSet<>();
        for (Priority priority : Priority.values()) {
            Set<Priority> wanted = route.when().priorities();
            if (!wanted.isEmpty() && !wanted.contains(priority)) {
                continue;
            }
            var earlier = routes.subList(0, index).stream()
                    .filter(other -> takes(other, priority, lane.model(), byName)
                            && other.when().coverTenantsAndJobsOf(route.when()))
                    .findFirst();
            if (earlier.isEmpty()) {
                return;
            }
            shadows.add("'" + earlier.get().name() + "'");
        }
        add(
                "routes." + route.name(),
                "routes",
                "route '%s' can never be reached: every prompt it would take is taken before by %s"
                        .formatted(route.name(), String.join(" and ", shadows)));
    }

    private static boolean takes(Route route, Priority priority, String model, Map<String, Lane> byName) {
        Lane lane = byName.get(route.lane());
        Route.Conditions when = route.when();
        return lane != null
                && lane.model().equals(model)
                && (when.priorities().isEmpty() || when.priorities().contains(priority))
                && (when.models().isEmpty() || when.models().contains(model));
    }

    private void checkTopics(Topics topics, Integrations integrations) {
        // Kafka itself refuses two topics whose names differ in dots and underscores only.
        Map<String, String> taken = new HashMap<>();
        List<String> paths = List.of(
                "prompts",
                "control",
                "cancellations",
                "tokens",
                "quotas",
                "outcomes",
                "completions",
                "rejections",
                "dead-letters",
                "jobs",
                "recipes",
                "templates",
                "rows",
                "batches",
                "workers");
        List<TopicSpec> own = topics.all();
        for (int i = 0; i < own.size(); i++) {
            checkTopic("topics." + paths.get(i) + ".name", own.get(i), taken);
        }
        lanes.forEach(lane -> checkTopic("lanes." + lane.name() + ".topic", lane.topic(), taken));
        integrations.replyTopics().forEach(topic -> checkTopic("reply_topics." + topic.name(), topic, taken));
    }

    private void checkTopic(String path, TopicSpec topic, Map<String, String> taken) {
        if (topic.name().length() > TOPIC_CHARACTERS_MAX) {
            add(path, "topics", "topic '%s' has more than 249 characters".formatted(topic.name()));
        }
        String other = taken.putIfAbsent(topic.name().replace('.', '_'), path);
        if (other != null) {
            add(path, "topics", "topic '%s' collides with that of %s".formatted(topic.name(), other));
        }
    }

    private void checkLimits(Topics topics, Pipeline.Limits limits) {
        if (limits.arrivalBytesMax() < limits.recordBytesMax()) {
            add(
                    "limits.arrival_bytes_max",
                    "limits",
                    "arrival_bytes_max is %d, but it must be at least record_bytes_max, %d"
                            .formatted(limits.arrivalBytesMax(), limits.recordBytesMax()));
        }
        List<TopicSpec> late = new ArrayList<>(List.of(topics.outcomes()));
        lanes.forEach(lane -> late.add(lane.topic()));
        late.stream()
                .filter(topic -> retention(topic).compareTo(limits.requestIdRetention()) > 0)
                .findFirst()
                .ifPresent(topic -> add(
                        "limits.request_id_retention",
                        "limits",
                        "request_id_retention is %s, but it must be at least the retention of topic '%s', %s, so that a"
                                        .formatted(
                                                Key.text(limits.requestIdRetention()),
                                                topic.name(),
                                                Key.text(retention(topic)))
                                + " second answer is known as such"));
        checkAnswersOutliveIds("topics.completions.retention", topics.completions(), limits);
        checkAnswersOutliveIds("topics.rejections.retention", topics.rejections(), limits);
    }

    /** Whoever tries again needs to find what there was. */
    private void checkRetries(Topics topics, Pipeline.Limits limits, Retries retries) {
        if (retries.backoffMax().compareTo(retries.backoff()) < 0) {
            add(
                    "retries.backoff_max",
                    "retries",
                    "backoff_max is %s, but it must be at least backoff, %s"
                            .formatted(Key.text(retries.backoffMax()), Key.text(retries.backoff())));
        }
        Duration longest = retries.longest().plus(retries.stalledAfter());
        for (Lane lane : lanes) {
            Duration kept = retention(lane.topic());
            if (!kept.equals(Key.FOREVER) && kept.compareTo(longest) < 0) {
                add(
                        "lanes." + lane.name() + ".retention",
                        "retries",
                        "lane '%s' is kept for %s, but it must be at least as long as all retries together, %s"
                                .formatted(lane.name(), Key.text(kept), Key.text(longest)));
            }
        }
        Duration kept = retention(topics.outcomes());
        if (!kept.equals(Key.FOREVER) && kept.compareTo(longest) < 0) {
            add(
                    "topics.outcomes.retention",
                    "retries",
                    "topic '%s' is kept for %s, but it must be at least as long as all retries together, %s"
                            .formatted(topics.outcomes().name(), Key.text(kept), Key.text(longest)));
        }
        if (limits.requestIdRetention().compareTo(longest) < 0) {
            add(
                    "limits.request_id_retention",
                    "retries",
                    "request_id_retention is %s, but it must be at least as long as all retries together, %s"
                            .formatted(Key.text(limits.requestIdRetention()), Key.text(longest)));
        }
    }

    private void checkAnswersOutliveIds(String path, TopicSpec topic, Pipeline.Limits limits) {
        Duration kept = retention(topic);
        if (!kept.equals(Key.FOREVER) && kept.compareTo(limits.requestIdRetention()) < 0) {
            add(
                    path,
                    "limits",
                    "topic '%s' is kept for %s, but it must be at least request_id_retention, %s, so that a request"
                                    .formatted(topic.name(), Key.text(kept), Key.text(limits.requestIdRetention()))
                            + " that is dropped as answered finds its answer");
        }
    }

    private static Duration retention(TopicSpec topic) {
        return Duration.ofMillis(Long.parseLong(topic.configs().getOrDefault("retention.ms", "-1")));
    }

    private void add(String path, String dependsOn, String message) {
        violations.add(new Violation(path, dependsOn, message));
    }

    private static String list(Set<String> names) {
        return names.isEmpty() ? "none" : String.join(", ", names);
    }
}

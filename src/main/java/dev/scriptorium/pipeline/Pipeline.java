package dev.scriptorium.pipeline;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What flows where. One that exists is valid as a whole: every name that is used is declared, every lane can be reached
 * and no two topics collide.
 *
 * @param name the Kafka Streams application id, and the beginning of every consumer group of this pipeline
 * @param topics all but the lanes' own
 * @param models by name, in the order of the file; exactly one is the default
 * @param lanes in the order of the file
 * @param routes the first that takes a prompt wins
 * @param limits sizes and times
 * @param retries how often and when a request is tried again
 * @param tenants how much each may have in flight
 * @param kafka properties for Kafka's clients
 * @param integrations who else may come, and where answers may go besides
 */
public record Pipeline(
        String name,
        Topics topics,
        Map<String, Model> models,
        List<Lane> lanes,
        List<Route> routes,
        Limits limits,
        Retries retries,
        Tenants tenants,
        KafkaProperties kafka,
        Integrations integrations) {

    /**
     * A model that workers may load.
     *
     * @param name as prompts and completions know it
     * @param path a Hugging Face folder or a GGUF file: absolute, or relative to the folder of the pipeline file, or
     *     else to the program's own folder
     * @param sampling laid under what a prompt says and over the model's generation_config
     * @param isDefault whether prompts that name no model get this one
     * @param weights the type that its matrices are converted to when it is loaded; null for as they are in the file
     * @param digest of its weights, tokenizer and template, as completions tell it: workers that loaded something else
     *     get no prompts; null takes what they have
     */
    public record Model(
            String name,
            String path,
            Sampling sampling,
            boolean isDefault,
            @Nullable String weights,
            @Nullable String digest) {}

    /**
     * Everything has one.
     *
     * @param recordBytesMax the longest prompt record that is read; a longer one is rejected
     * @param arrivalBytesMax the longest record that the prompts topic takes at all, so that one that is too long for
     *     {@code recordBytesMax} ends as a readable rejection; above this the broker refuses it
     * @param requestIdRetention how long a settled request id stays known, so that the same one is not answered twice
     * @param cancellationRetention how long a cancellation waits for its prompt, and for a worker that is away
     * @param partialWait how long a worker has, after a deadline or a cancellation, to hand in what there is
     */
    public record Limits(
            int recordBytesMax,
            int arrivalBytesMax,
            Duration requestIdRetention,
            Duration cancellationRetention,
            Duration partialWait) {
        /** Room for keys, headers and our own fields around the bytes of a prompt or an answer. */
        public static final int ENVELOPE_BYTES = 1 << 20;

        /** The longest record on any topic but prompts, and the longest that any of our clients sends. */
        public int messageBytesMax() {
            return arrivalBytesMax + ENVELOPE_BYTES;
        }
    }

    /** @throws PipelineRules.BrokenException if the parts do not fit together */
    public Pipeline {
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        lanes = List.copyOf(lanes);
        routes = List.copyOf(routes);
        PipelineRules.check(topics, models, lanes, routes, limits, retries, integrations);
    }

    /** Every topic that must be there before the pipeline starts, then those of the lanes, then those for replies. */
    public List<TopicSpec> allTopics() {
        List<TopicSpec> all = new ArrayList<>(topics.all());
        lanes.forEach(lane -> all.add(lane.topic()));
        all.addAll(integrations.replyTopics());
        return List.copyOf(all);
    }

    /** The model of prompts that name none. */
    public Model defaultModel() {
        return models.values().stream().filter(Model::isDefault).findFirst().orElseThrow();
    }

    /** What a prompt counts for in its tenant's quota: the longest output that it may have. */
    public long tokensOf(Prompt prompt) {
        Model model = prompt.model() == null ? defaultModel() : models.get(prompt.model());
        return Tenants.tokensOf(prompt, model == null ? Sampling.UNSAID : model.sampling());
    }

    /** The lanes that a worker with this model serves, in the order of the file. */
    public List<Lane> lanesOf(String model) {
        return lanes.stream().filter(lane -> lane.model().equals(model)).toList();
    }

    /** The same pipeline with another model in the place of the default one, in lanes and routes too. */
    public Pipeline withModel(String newName, String path) {
        String oldName = defaultModel().name();
        Map<String, Model> changed = new LinkedHashMap<>();
        models.forEach((key, model) -> {
            if (key.equals(oldName)) {
                changed.put(newName, new Model(newName, path, Sampling.UNSAID, true, null, null));
            } else if (!key.equals(newName)) {
                changed.put(key, model);
            }
        });
        List<Lane> newLanes = lanes.stream()
                .map(lane -> lane.model().equals(oldName)
                        ? new Lane(
                                lane.name(),
                                newName,
                                lane.service(),
                                lane.sharePercent(),
                                lane.spillAfter(),
                                lane.topic())
                        : lane)
                .toList();
        List<Route> newRoutes = routes.stream()
                .map(route -> new Route(route.name(), renamed(route.when(), oldName, newName), route.lane()))
                .toList();
        return new Pipeline(name, topics, changed, newLanes, newRoutes, limits, retries, tenants, kafka, integrations);
    }

    /** The same pipeline on other brokers. */
    public Pipeline withBootstrapServers(String bootstrapServers) {
        return new Pipeline(
                name,
                topics,
                models,
                lanes,
                routes,
                limits,
                retries,
                tenants,
                kafka.withBootstrapServers(bootstrapServers),
                integrations);
    }

    private static Route.Conditions renamed(Route.Conditions when, String oldName, String newName) {
        Set<String> names = new LinkedHashSet<>(when.models());
        if (names.remove(oldName)) {
            names.add(newName);
        }
        return new Route.Conditions(when.priorities(), names, when.tenants(), when.jobs());
    }
}

package dev.scriptorium.node.service;

import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.broker.EmbeddedKafka;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.gateway.Gateway;
import dev.scriptorium.metrics.Health.Verdict;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.pipeline.KafkaProperties;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.TopicSpec;
import dev.scriptorium.simulation.DummySettings;
import dev.scriptorium.topology.TopicSetup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one process runs, started in order and closed in reverse. Belongs to the main thread. */
public final class Services implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Services.class);

    private final Pipeline pipeline;
    private final PipelineOptions options;
    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private final Operations operations = new Operations();
    private @Nullable Gateway gateway;

    private Services(Pipeline pipeline, PipelineOptions options) {
        this.pipeline = pipeline;
        this.options = options;
        running.push(operations);
    }

    /** On the Kafka that is named somewhere, or else on an embedded one that is started here. */
    public static Services open(Pipeline pipeline, PipelineOptions options, int port) {
        String named = bootstrapServers(pipeline, options);
        if (named != null) {
            return new Services(pipeline.withBootstrapServers(named), options);
        }
        Notice.say("starting Kafka with its data in " + options.state + ", the router, and a worker with model '"
                + pipeline.defaultModel().name() + "' …");
        EmbeddedKafka kafka = EmbeddedKafka.start(options.state.resolve("kafka"), port, Map.of());
        Services services = new Services(pipeline.withBootstrapServers(kafka.bootstrapServers()), options);
        services.running.push(kafka);
        return services;
    }

    /** On the Kafka that is named somewhere; a part alone has no use for one that nobody else can reach. */
    public static Services connect(Pipeline pipeline, PipelineOptions options) {
        if (bootstrapServers(pipeline, options) == null) {
            throw new PipelineOptions.InvalidPipelineException(
                    "which Kafka? Say --bootstrap-server HOST:PORT, or kafka: bootstrap.servers in the pipeline file");
        }
        return open(pipeline, options, 0);
    }

    /** The pipeline as it runs here, with the Kafka that was chosen. */
    public Pipeline pipeline() {
        return pipeline;
    }

    /** What jobs need to know of a pipeline. */
    public static BulkJob.Topics jobTopics(Pipeline pipeline) {
        return new BulkJob.Topics(
                pipeline.topics().prompts().name(),
                pipeline.topics().completions().name(),
                pipeline.topics().rejections().name(),
                pipeline.topics().deadLetters().name(),
                pipeline.topics().jobs().name(),
                pipeline.topics().batches().name(),
                pipeline.topics().workers().name(),
                pipeline.topics().control().name(),
                pipeline.limits().recordBytesMax());
    }

    /** Creates the topics that are missing. */
    public List<TopicSetup.Finding> createTopics() {
        try (Admin admin = admin()) {
            return new TopicSetup(admin).createMissing(pipeline.allTopics());
        }
    }

    /** @throws IllegalStateException if a topic is missing, which would otherwise show as an odd failure later */
    public void requireTopics() {
        List<String> missing = checkTopics().stream()
                .filter(finding -> finding.state() == TopicSetup.State.MISSING)
                .map(finding -> finding.declared().name())
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(
                    "the topics " + missing + " are not there; create them with: scriptorium topics");
        }
    }

    public List<TopicSetup.Finding> checkTopics() {
        try (Admin admin = admin()) {
            return new TopicSetup(admin).check(pipeline.allTopics());
        }
    }

    /** Says to operators how it is, from now on, if they asked for it. */
    void startOperations(MetricsOptions options) {
        operations.serve(options);
    }

    /** Others may have made these topics; an answer that one of them does not take would stop the router for good. */
    private void requireRoomForReplies() {
        List<TopicSpec> replies = pipeline.integrations().replyTopics();
        try (Admin admin = admin()) {
            new TopicSetup(admin).requireMessageBytes(replies, pipeline.limits().messageBytesMax());
        }
    }

    /** Starts the topology; it takes its first prompt a second or two later. */
    public void startRouter(InstantSource clock, Consumer<Throwable> onFailure) {
        requireRoomForReplies();
        RouterNode router = RouterNode.start(pipeline, options.state.resolve("streams"), operations, clock, onFailure);
        running.push(router);
    }

    /** Loads the model and starts a worker on its lanes; returns the digest of its weights. */
    public String startWorker(ModelOptions model, Duration drain, InstantSource clock, Consumer<Throwable> onFailure) {
        Pipeline.Model chosen = pipeline.defaultModel();
        WorkerMetrics metrics = new WorkerMetrics(operations.meters(), operations.health(), chosen.name());
        if (DummySettings.isMeantBy(chosen.path())) {
            return simulate(model, chosen, drain, metrics, clock, onFailure);
        }
        if (model.simulatedWorkers != 1) {
            throw new IllegalStateException("--simulated-workers is %d, but model '%s' is a real one; say --model dummy"
                    .formatted(model.simulatedWorkers, chosen.name()));
        }
        LoadedCheckpoint checkpoint =
                WorkerNode.load(chosen, options.modelFile(chosen), model.weights.planOr(chosen.weights()), clock);
        WorkerNode.Settings settings =
                new WorkerNode.Settings(pipeline, chosen.name(), model.nameOrDefault(), model.capacity(), drain);
        running.push(WorkerNode.start(settings, checkpoint, metrics, clock, onFailure));
        return checkpoint.digest();
    }

    /**
     * Starts the gateway for as long as the command runs, so that people can watch it.
     *
     * @param port 0 for any free one
     * @return its address
     */
    public String startPages(int port, InstantSource clock) {
        GatewayOptions asked = new GatewayOptions();
        asked.port = port;
        startGateway(asked, clock);
        return Objects.requireNonNull(gateway).address();
    }

    void startGateway(GatewayOptions options, InstantSource clock) {
        keep(options.start(pipeline, this.options.state, operations, clock));
    }

    void startGatewayIfWanted(GatewayOptions options, InstantSource clock) {
        keep(options.startIfWanted(pipeline, this.options.state, operations, clock));
    }

    private void keep(@Nullable Gateway started) {
        if (started != null) {
            running.push(started);
            gateway = started;
            operations.health().add("gateway", () -> live(started), () -> ready(started));
        }
    }

    private static Verdict live(Gateway gateway) {
        return gateway.isAlive() ? Verdict.yes("it reads the topics") : Verdict.no("it reads the topics no more");
    }

    private static Verdict ready(Gateway gateway) {
        String problem = gateway.problem();
        return problem == null ? Verdict.yes("it serves") : Verdict.no(problem);
    }

    private String simulate(
            ModelOptions model,
            Pipeline.Model chosen,
            Duration drain,
            WorkerMetrics metrics,
            InstantSource clock,
            Consumer<Throwable> onFailure) {
        DummySettings dummy = DummySettings.parse(chosen.path());
        model.names()
                .forEach(name -> running.push(WorkerNode.simulate(
                        new WorkerNode.Settings(pipeline, chosen.name(), name, model.capacity(), drain),
                        dummy,
                        metrics,
                        clock,
                        onFailure)));
        return dummy.digest();
    }

    /** Says that everything is up, and what to do with it. */
    void announce() {
        operations.started();
        String servers = pipeline.kafka().common().get(KafkaProperties.BOOTSTRAP_SERVERS);
        Notice.say("ready: prompts on topic " + pipeline.topics().prompts().name() + ", completions on "
                + pipeline.topics().completions().name() + ", Kafka at " + servers
                + (gateway == null ? "" : ", OpenAI's API and a page to watch at " + gateway.address())
                + (operations.address() == null ? "" : ", metrics and health at " + operations.address())
                + "; Ctrl-C stops");
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            AutoCloseable next = running.pop();
            try {
                next.close();
            } catch (Exception e) {
                LOG.warn(
                        "{} did not close cleanly; nothing is lost",
                        next.getClass().getSimpleName(),
                        e);
            }
        }
    }

    private Admin admin() {
        return Admin.create(new HashMap<>(pipeline.kafka().forAdmin()));
    }

    private static @Nullable String bootstrapServers(Pipeline pipeline, PipelineOptions options) {
        return options.bootstrapServer != null
                ? options.bootstrapServer
                : pipeline.kafka().common().get(KafkaProperties.BOOTSTRAP_SERVERS);
    }
}

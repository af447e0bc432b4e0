package dev.scriptorium.node.service;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.event.WorkerStatus;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.KernelChoice;
import dev.scriptorium.lane.LaneLimits;
import dev.scriptorium.lane.LaneReader;
import dev.scriptorium.lane.LaneSettings;
import dev.scriptorium.lane.StatusPublisher;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaModel;
import dev.scriptorium.node.models.BytesDisplay;
import dev.scriptorium.node.models.MemoryCheck;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.node.process.RuntimeVersion;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.simulation.DummyModel;
import dev.scriptorium.simulation.DummySettings;
import dev.scriptorium.simulation.DummyTokenizer;
import dev.scriptorium.worker.Intake;
import dev.scriptorium.worker.ServedModel;
import dev.scriptorium.worker.Shortcuts;
import dev.scriptorium.worker.Worker;
import dev.scriptorium.worker.WorkerCounts;
import dev.scriptorium.worker.WorkerLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A model, loaded, with the threads that compute it; and on top of it a worker that reads the model's lanes. */
final class WorkerNode implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkerNode.class);

    private final Settings settings;
    private final Team team;
    private final Worker worker;
    private final LaneReader lanes;
    private final StatusPublisher status;

    /** The threads that compute, as far as closing goes. */
    private interface Team {
        void close();
    }

    private WorkerNode(Settings settings, Team team, Worker worker, LaneReader lanes, StatusPublisher status) {
        this.settings = settings;
        this.status = status;
        this.team = team;
        this.worker = worker;
        this.lanes = lanes;
    }

    /**
     * What one worker is told.
     *
     * @param name as completions tell it
     * @param drain how long a close, or a hand-over of partitions, waits for what is under way
     */
    record Settings(Pipeline pipeline, String model, String name, Capacity capacity, Duration drain) {}

    /**
     * How much of the machine a worker may use.
     *
     * @param threads that compute
     * @param sequences texts at the same time
     * @param cacheMib most memory for keys and values in MiB; null for as much as is of use
     * @param guessTokens most tokens that one text guesses ahead at once
     */
    record Capacity(int threads, int sequences, @Nullable Integer cacheMib, int guessTokens) {
        WorkerLimits limits(int contextLength) {
            return WorkerLimits.of(sequences, contextLength).with(Shortcuts.DEFAULT.withGuesses(guessTokens));
        }
    }

    /**
     * Reads and checks a model's files; the longest part of a start with a large model.
     *
     * @throws IllegalStateException if the heap has no room for it; nothing was read then
     */
    static LoadedCheckpoint load(Pipeline.Model model, Path file, WeightPlan plan, InstantSource clock) {
        LOG.debug("loading model '{}' from {}", model.name(), file);
        try (CheckpointFiles files = Checkpoint.open(file)) {
            MemoryCheck memory = MemoryCheck.of(files, plan);
            memory.require(model.name());
            LOG.info("model '{}' {}", model.name(), memory.text());
            files.contents().notes().forEach(note -> LOG.warn("model '{}': {}", model.name(), note));
            boolean interactive = System.console() != null;
            long bytes = files.weights().fileBytes();
            try (BytesDisplay display =
                    new BytesDisplay("loading " + model.name(), bytes, System.err, interactive, clock)) {
                return files.load(plan, display::show);
            }
        }
    }

    static WorkerNode start(
            Settings settings,
            LoadedCheckpoint checkpoint,
            WorkerMetrics metrics,
            InstantSource clock,
            Consumer<Throwable> onFailure) {
        requireDeclared(settings, checkpoint.digest());
        KernelChoice choice = KernelChoice.of(KernelChoice.MachineFacts.here());
        LlamaConfig config = checkpoint.config();
        int cacheTokens = cacheTokens(config, settings.capacity(), Runtime.getRuntime());
        ComputeTeam team = new ComputeTeam(settings.capacity().threads());
        LlamaModel model = new LlamaModel(config, checkpoint.weights(), choice.kernels(), team, cacheTokens);
        ServedModel served = new ServedModel(
                model,
                checkpoint.tokenizer(),
                checkpoint.chat(),
                sampling(checkpoint.generation()),
                checkpoint.endIds(),
                new Provenance(settings.model(), checkpoint.digest(), RuntimeVersion.current()));
        Worker worker = new Worker(
                served, settings.capacity().limits(config.contextLength()), settings.name(), clock, metrics, onFailure);
        LOG.info(
                "worker {} serves model '{}' ({}) with {} threads, cache for {} tokens, {}",
                settings.name(),
                settings.model(),
                checkpoint.digest(),
                settings.capacity().threads(),
                cacheTokens,
                choice.reason());
        return new WorkerNode(
                settings,
                team::close,
                worker,
                read(settings, worker, metrics, clock, onFailure),
                publisher(settings, worker, served, cacheTokens, clock));
    }

    /** A worker whose model only pretends to compute; for tests and load. */
    static WorkerNode simulate(
            Settings settings,
            DummySettings dummy,
            WorkerMetrics metrics,
            InstantSource clock,
            Consumer<Throwable> onFailure) {
        DummyTokenizer tokenizer = new DummyTokenizer(dummy);
        DummyModel model = new DummyModel(
                dummy, tokenizer.vocabularySize(), () -> Runtime.getRuntime().halt(ExitCode.FAILED.code()));
        ServedModel served = new ServedModel(
                model,
                tokenizer,
                tokenizer,
                Sampling.UNSAID,
                DummyModel.endIds(),
                new Provenance(settings.model(), dummy.digest(), RuntimeVersion.current()));
        WorkerLimits limits = settings.capacity().limits(dummy.contextTokens());
        Worker worker = new Worker(served, limits, settings.name(), clock, metrics, onFailure);
        LOG.debug("worker {} simulates model '{}': {}", settings.name(), settings.model(), dummy);
        return new WorkerNode(
                settings,
                () -> {},
                worker,
                read(settings, worker, metrics, clock, onFailure),
                publisher(settings, worker, served, model.cacheBlocksMax() * model.cacheBlockTokens(), clock));
    }

    private static LaneReader read(
            Settings settings,
            Worker worker,
            WorkerMetrics metrics,
            InstantSource clock,
            Consumer<Throwable> onFailure) {
        Intake intake = new MeasuredIntake(worker, metrics::completed);
        LaneReader lanes = new LaneReader(laneSettings(settings), intake, clock, onFailure);
        worker.start();
        lanes.start();
        metrics.add(worker, lanes, settings.capacity().sequences());
        return lanes;
    }

    /** Other weights write other texts, and a text must not depend on who wrote it. */
    private static void requireDeclared(Settings settings, String digest) {
        Pipeline.Model model = settings.pipeline().models().get(settings.model());
        String declared = model == null ? null : model.digest();
        if (declared != null && !declared.equals(digest)) {
            throw new IllegalStateException(
                    "worker %s is refused the lanes of model '%s': it loaded %s, but the pipeline declares %s"
                            .formatted(settings.name(), settings.model(), digest, declared));
        }
    }

    @Override
    public void close() {
        status.close();
        LaneReader.Left left = lanes.close(settings.drain());
        worker.close();
        team.close();
        if (settings.drain().isZero()) {
            return;
        }
        Notice.say("worker %s is gone: %d finished while it drained, %d handed back to be written elsewhere"
                .formatted(settings.name(), left.finished(), left.handedBack()));
    }

    private static StatusPublisher publisher(
            Settings settings, Worker worker, ServedModel served, int cacheTokens, InstantSource clock) {
        Instant startedAt = clock.instant();
        Provenance provenance = served.provenance();
        return new StatusPublisher(
                settings.pipeline().topics().workers().name(),
                settings.name(),
                () -> {
                    WorkerCounts counts = worker.counts();
                    return new WorkerStatus(
                            settings.name(),
                            provenance.model(),
                            provenance.weightsDigest(),
                            provenance.runtimeVersion(),
                            startedAt,
                            clock.instant(),
                            counts.running(),
                            counts.waiting(),
                            settings.capacity().sequences(),
                            Math.round(counts.cacheUsed() * cacheTokens),
                            cacheTokens,
                            counts.promptTokens(),
                            counts.cachedTokens(),
                            counts.generatedTokens(),
                            counts.completions(),
                            counts.rejections());
                },
                settings.pipeline().kafka().forProducer());
    }

    /** As many positions as full batches can use, or as the heap has room for beside the weights. */
    private static int cacheTokens(LlamaConfig config, Capacity capacity, Runtime runtime) {
        long bytesAToken = LlamaModel.cacheBytesPerToken(config);
        long used = runtime.totalMemory() - runtime.freeMemory();
        long room = Math.max(0, runtime.maxMemory() - used - MemoryCheck.RESERVE_BYTES) / bytesAToken;
        long useful = (long) capacity.sequences() * config.contextLength();
        Integer cacheMib = capacity.cacheMib();
        long allowed = cacheMib == null ? useful : ((long) cacheMib << 20) / bytesAToken;
        if (allowed < config.contextLength()) {
            throw new IllegalStateException("--cache-mib is %d, but one sequence of %d tokens needs %d MiB"
                    .formatted(
                            cacheMib,
                            config.contextLength(),
                            Math.ceilDiv(config.contextLength() * bytesAToken, 1 << 20)));
        }
        long tokens = Math.min(allowed, room);
        if (tokens < config.contextLength()) {
            throw new IllegalStateException("""
                the key/value cache for one sequence of %d tokens needs %,d MB, but the heap of %,d MB has room \
                for %,d MB beside the weights; give the JVM more with SCRIPTORIUM_JAVA_OPTIONS=-Xmx…\
                """.formatted(
                            config.contextLength(),
                            config.contextLength() * bytesAToken >> 20,
                            runtime.maxMemory() >> 20,
                            room * bytesAToken >> 20));
        }
        return (int) Math.min(Integer.MAX_VALUE, tokens);
    }

    private static LaneSettings laneSettings(Settings settings) {
        Pipeline pipeline = settings.pipeline();
        List<LaneSettings.Lane> lanes = pipeline.lanesOf(settings.model()).stream()
                .map(lane -> new LaneSettings.Lane(
                        lane.topic().name(),
                        lane.service() == Priority.INTERACTIVE ? 100 : lane.sharePercent(),
                        lane.service() == Priority.INTERACTIVE))
                .toList();
        Map<String, String> kafka = new HashMap<>(pipeline.kafka().forConsumer());
        kafka.putAll(pipeline.kafka().forProducer());
        kafka.putIfAbsent("max.request.size", Integer.toString(pipeline.limits().messageBytesMax()));
        return new LaneSettings(
                pipeline.name() + "." + settings.model(),
                lanes,
                pipeline.topics().outcomes().name(),
                pipeline.topics().deadLetters().name(),
                pipeline.topics().tokens().name(),
                pipeline.topics().cancellations().name(),
                kafka,
                Registries.frame(pipeline),
                LaneLimits.DEFAULT.withHandover(settings.drain()));
    }

    static Sampling sampling(GenerationDefaults says) {
        return new Sampling(
                says.maxNewTokens(),
                says.maxLength(),
                says.temperature(),
                says.topK(),
                says.topP(),
                says.minP(),
                says.repetitionPenalty(),
                null,
                null,
                null,
                null);
    }
}

package dev.scriptorium.node.service;

import dev.scriptorium.node.models.WeightOption;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.simulation.DummySettings;
import dev.scriptorium.worker.Shortcuts;
import dev.scriptorium.worker.WorkerLimits;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which model a worker loads, and with how much of the machine. */
public final class ModelOptions {
    private static final String GGUF = ".gguf";
    private static final int DRAIN_SECONDS_MAX = 3_600;

    @Option(
            names = "--model",
            paramLabel = "FOLDER|FILE",
            description = "A Hugging Face folder or a GGUF file, in the place of the pipeline's default model;"
                    + " or dummy, which only pretends to compute.")
    @Nullable
    Path path;

    @Mixin
    WeightOption weights = new WeightOption();

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one a processor.")
    @Nullable
    Integer threads;

    @Option(
            names = "--simulated-workers",
            paramLabel = "N",
            defaultValue = "1",
            description = "With a dummy model only: so many workers in this process. Default: ${DEFAULT-VALUE}")
    int simulatedWorkers = 1;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What completions call this worker. Default: worker and the process id.")
    @Nullable
    String name;

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "32",
            description = "Texts written at the same time. Default: ${DEFAULT-VALUE}.")
    int sequences = WorkerLimits.SEQUENCES_MAX_DEFAULT;

    @Option(
            names = "--cache-mib",
            paramLabel = "MIB",
            description = "Most memory for keys and values, at least one context. Default: as much as full batches of"
                    + " full contexts can use, or as the heap has room for.")
    @Nullable
    Integer cacheMib;

    @Option(
            names = "--guess-tokens",
            paramLabel = "N",
            defaultValue = "6",
            description = "Tokens guessed ahead at once from what a text has said before, when few texts are under way."
                    + " It changes the speed, never the text; 0 turns it off. Default: ${DEFAULT-VALUE}.")
    int guessTokens = Shortcuts.DEFAULT.guessesMax();

    @Option(
            names = "--drain-seconds",
            paramLabel = "N",
            defaultValue = "15",
            description =
                    "How long a worker that is asked to stop finishes what it has begun, or up to a minute one that"
                            + " gives partitions to a new worker; what is left then is written elsewhere."
                            + " Default: ${DEFAULT-VALUE}")
    int drainSeconds = 15;

    /** How long a worker that is asked to stop, or to give partitions away, goes on. */
    Duration drain() {
        if (drainSeconds < 0 || drainSeconds > DRAIN_SECONDS_MAX) {
            throw new IllegalStateException(
                    "--drain-seconds is %d, but it must be from 0 to %d".formatted(drainSeconds, DRAIN_SECONDS_MAX));
        }
        return Duration.ofSeconds(drainSeconds);
    }

    /** The pipeline with the chosen model in the place of its default one. */
    public Pipeline applied(Pipeline pipeline) {
        if (path == null) {
            return pipeline;
        }
        if (DummySettings.isMeantBy(path.toString())) {
            return pipeline.withModel(DummySettings.SCHEME, path.toString());
        }
        Path absolute = path.toAbsolutePath().normalize();
        if (!Files.exists(absolute)) {
            throw new IllegalStateException("the model " + path + " does not exist; --model takes a folder with"
                    + " config.json and *.safetensors, or a .gguf file");
        }
        String file = String.valueOf(absolute.getFileName());
        String modelName = file.endsWith(GGUF) ? file.substring(0, file.length() - GGUF.length()) : file;
        return pipeline.withModel(modelName, absolute.toString());
    }

    /** Of all workers of this process. */
    List<String> names() {
        return simulatedWorkers == 1
                ? List.of(nameOrDefault())
                : IntStream.rangeClosed(1, simulatedWorkers)
                        .mapToObj(number -> nameOrDefault() + "-" + number)
                        .toList();
    }

    int threadsOrAll() {
        return threads != null ? threads : Runtime.getRuntime().availableProcessors();
    }

    /** @throws IllegalStateException if a number is out of its range */
    WorkerNode.Capacity capacity() {
        requireAtLeast("--sequences", sequences, 1);
        requireAtLeast("--guess-tokens", guessTokens, 0);
        if (cacheMib != null) {
            requireAtLeast("--cache-mib", cacheMib, 1);
        }
        return new WorkerNode.Capacity(threadsOrAll(), sequences, cacheMib, guessTokens);
    }

    private static void requireAtLeast(String option, int value, int least) {
        if (value < least) {
            throw new IllegalStateException(option + " is " + value + ", but it must be at least " + least);
        }
    }

    String nameOrDefault() {
        return name != null ? name : "worker-" + ProcessHandle.current().pid();
    }
}

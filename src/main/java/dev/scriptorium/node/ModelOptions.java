package dev.scriptorium.node;

import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which model a worker loads, and with how much of the machine. */
final class ModelOptions {
    private static final String GGUF = ".gguf";

    @Option(
            names = "--model",
            paramLabel = "FOLDER|FILE",
            description = "A Hugging Face folder or a GGUF file, in the place of the pipeline's default model.")
    @Nullable
    Path path;

    @Option(names = "--threads", paramLabel = "N", description = "Threads that compute. Default: one a processor.")
    @Nullable
    Integer threads;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "What completions call this worker. Default: worker and the process id.")
    @Nullable
    String name;

    /** The pipeline with the chosen model in the place of its default one. */
    Pipeline applied(Pipeline pipeline) {
        if (path == null) {
            return pipeline;
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

    int threadsOrAll() {
        return threads != null ? threads : Runtime.getRuntime().availableProcessors();
    }

    String nameOrDefault() {
        return name != null ? name : "worker-" + ProcessHandle.current().pid();
    }
}

package dev.scriptorium.node.service;

import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineProblem;
import dev.scriptorium.pipeline.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command asks: which pipeline, on which Kafka, with its state in which folder. */
public final class PipelineOptions {
    @Option(
            names = "--pipeline",
            paramLabel = "FILE",
            description = "What flows where. Default: topology/pipeline.yaml of this installation.")
    @Nullable
    Path file;

    @Option(
            names = "--bootstrap-server",
            paramLabel = "HOST:PORT",
            description = "Use this Kafka. Default: bootstrap.servers of the pipeline file, else an embedded one.")
    @Nullable
    String bootstrapServer;

    @Option(
            names = "--state",
            paramLabel = "FOLDER",
            defaultValue = ".scriptorium",
            description = "Where the embedded Kafka and the router keep their data. Default: ${DEFAULT-VALUE}")
    Path state = Path.of(".scriptorium");

    /** What must be said again for the next command to find the same pipeline; with a space before it, or empty. */
    public String again() {
        return (file == null ? "" : " --pipeline " + file)
                + (bootstrapServer == null ? "" : " --bootstrap-server " + bootstrapServer);
    }

    /** The installation's own folder, for default files. */
    public static Path home() {
        return Path.of(System.getProperty("scriptorium.home", "."));
    }

    /** @throws InvalidPipelineException if it has any problem; the message has all of them */
    public Pipeline load() {
        Path chosen = chosen();
        try {
            return valid(PipelineReader.read(Files.readString(chosen), chosen.toString(), System.getenv()));
        } catch (IOException e) {
            throw new InvalidPipelineException("the pipeline file " + chosen + " cannot be read: " + e);
        }
    }

    /** Where a model's files are: beside the pipeline file, or else in the program's own folder. */
    Path modelFile(Pipeline.Model model) {
        Path path = Path.of(model.path());
        Path beside = folder().resolve(path);
        return Files.exists(beside) ? beside : home().resolve(path);
    }

    private Path chosen() {
        return file != null ? file : home().resolve("topology/pipeline.yaml");
    }

    private Path folder() {
        Path folder = chosen().toAbsolutePath().getParent();
        return folder == null ? Path.of(".") : folder;
    }

    private static Pipeline valid(PipelineReader.Result result) {
        return switch (result) {
            case PipelineReader.Result.Valid(var pipeline) -> pipeline;
            case PipelineReader.Result.Invalid(var problems) ->
                throw new InvalidPipelineException(
                        problems.stream().map(PipelineProblem::text).collect(Collectors.joining("\n")));
        };
    }

    /** A pipeline file with problems. */
    public static final class InvalidPipelineException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        public InvalidPipelineException(String message) {
            super(message);
        }
    }
}

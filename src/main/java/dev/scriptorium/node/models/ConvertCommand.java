package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.convert.FolderToGguf;
import dev.scriptorium.node.process.Shutdown;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A Hugging Face folder to a GGUF file. */
@Command(
        name = "convert",
        description = "Writes a Hugging Face folder as one GGUF file, with weights as they are or as --weights says."
                + " Quants are those of ggml's own quantiser, byte for byte.",
        mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Parameters(paramLabel = "FOLDER", description = "With config.json, *.safetensors and tokenizer.json.")
    private Path folder = Path.of("");

    @Mixin
    private WeightOption weights = new WeightOption();

    @Mixin
    private OutputFile output = new OutputFile();

    ConvertCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        if (!Files.isRegularFile(folder.resolve("config.json"))) {
            throw new IllegalStateException(
                    folder + " is no Hugging Face folder (it has no config.json); only those are converted, to GGUF");
        }
        try (CheckpointFiles files = Checkpoint.open(folder)) {
            FolderToGguf conversion = new FolderToGguf(folder, files, weights.plan());
            return output.write(shutdown, clock, conversion.tensorBytes(), conversion::write)
                    .code();
        }
    }
}

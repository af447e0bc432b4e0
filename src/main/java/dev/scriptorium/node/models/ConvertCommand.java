package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.convert.FolderToGguf;
import dev.scriptorium.checkpoint.convert.GgufToFolder;
import dev.scriptorium.checkpoint.huggingface.HuggingFaceFolder;
import dev.scriptorium.node.process.Shutdown;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A Hugging Face folder to a GGUF file, and back. */
@Command(
        name = "convert",
        description = "Writes a Hugging Face folder as one GGUF file, or a GGUF file as a folder, with weights as they"
                + " are or as --weights says. Quants are those of ggml's own quantiser, byte for byte; a folder holds"
                + " f32, f16 or bf16.",
        mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Parameters(
            paramLabel = "FOLDER|FILE",
            description = "A folder with config.json, *.safetensors and tokenizer.json or tokenizer.model; or a .gguf"
                    + " file.")
    private Path path = Path.of("");

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
        try (CheckpointFiles files = Checkpoint.open(path)) {
            if (HuggingFaceFolder.hasWeights(path)) { // a folder with a GGUF file may have a config.json too
                FolderToGguf conversion = new FolderToGguf(path, files, weights.plan());
                return output.write(shutdown, clock, conversion.tensorBytes(), conversion::write)
                        .code();
            }
            GgufToFolder conversion = new GgufToFolder(path, files, weights.plan());
            return output.write(shutdown, clock, conversion.tensorBytes(), conversion::write)
                    .code();
        }
    }
}

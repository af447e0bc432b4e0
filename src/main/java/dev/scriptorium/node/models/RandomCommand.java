package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.random.ModelShape;
import dev.scriptorium.checkpoint.random.RandomModel;
import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.node.process.Shutdown;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A model that costs what a real one costs and says nothing. */
@Command(
        name = "random",
        description = "Writes a GGUF file with seeded random weights in the shape of a known model, for benchmarks."
                + " The same shape, type and seed give the same bytes.",
        mixinStandardHelpOptions = true)
final class RandomCommand implements Callable<Integer> {
    private final Shutdown shutdown;
    private final InstantSource clock;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(names = "--like", required = true, paramLabel = "MODEL", description = "The shape, for example cosmo-1b.")
    private String like = "";

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            defaultValue = "q8_0",
            description = "Type of the matrices, for example q8_0, q4_0 or bf16. Default: ${DEFAULT-VALUE}")
    private String weights = "q8_0";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Another seed gives other weights. Default: ${DEFAULT-VALUE}")
    private long seed;

    @Mixin
    private OutputFile output = new OutputFile();

    RandomCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() {
        ModelShape shape = ModelShape.named(like);
        if (shape == null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--like is '" + like + "', but these shapes are known: " + ModelShape.spellings());
        }
        WeightType type = WeightType.named(weights);
        if (type == null || !RowEncoder.TYPES.contains(type)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--weights is '" + weights + "', but these types can be written: " + RowEncoder.spellings());
        }
        RandomModel model = new RandomModel(shape, type, seed);
        return output.write(shutdown, clock, model.tensorBytes(), model::write).code();
    }
}

package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** In which type weights are kept in memory. */
public final class WeightOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--weights",
            paramLabel = "TYPE",
            description = "Convert the matrices to f32, f16, bf16, q8_0, q4_1 or q4_0 while loading; another model with"
                    + " another digest. Default: as they are in the file.")
    private @Nullable String weights;

    /** What was asked for. */
    public WeightPlan plan() {
        return planOr(null);
    }

    /** @param declared what holds where the option says nothing, as a pipeline declares it; null for as in the file */
    public WeightPlan planOr(@Nullable String declared) {
        String wanted = weights == null ? declared : weights;
        if (wanted == null) {
            return WeightPlan.AS_IN_THE_FILE;
        }
        WeightType type = WeightType.named(wanted);
        if (type == null || !RowEncoder.TYPES.contains(type)) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--weights is '" + wanted + "', but weights are converted to " + RowEncoder.spellings());
        }
        return new WeightPlan(type);
    }
}

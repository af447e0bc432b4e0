package dev.scriptorium.node.models;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.checkpoint.weights.RowEncoder;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.PipelineReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

class WeightOptionTest {
    @Command
    private static final class Asked {
        @Mixin
        private WeightOption weights = new WeightOption();
    }

    private static WeightOption option(String... arguments) {
        Asked asked = new Asked();
        new CommandLine(asked).parseArgs(arguments);
        return asked.weights;
    }

    @Test
    void optionGoesBeforeWhatThePipelineDeclaresAndThatBeforeTheFile() {
        assertThat(option("--weights", "q4_0").planOr("bf16")).isEqualTo(new WeightPlan(WeightType.Q4_0));
        assertThat(option().planOr("bf16")).isEqualTo(new WeightPlan(WeightType.BF16));
        assertThat(option().planOr(null)).isEqualTo(WeightPlan.AS_IN_THE_FILE);
    }

    /** The pipeline's room knows no weights, so its words are held to the types here. */
    @ParameterizedTest
    @EnumSource
    void pipelineTakesExactlyTheTypesThatCanBeWritten(WeightType type) throws Exception {
        // Given
        String yaml = Files.readString(Path.of("topology/pipeline.yaml"))
                .replace("    default: true\n", "    default: true\n    weights: " + type.spelling() + "\n");

        // When
        PipelineReader.Result result = PipelineReader.read(yaml, "p.yaml", Map.of());

        // Then
        switch (result) {
            case PipelineReader.Result.Valid(Pipeline pipeline) -> {
                assertThat(RowEncoder.TYPES).contains(type);
                assertThat(pipeline.defaultModel().weights()).isEqualTo(type.spelling());
            }
            case PipelineReader.Result.Invalid(var problems) -> {
                assertThat(RowEncoder.TYPES).doesNotContain(type);
                assertThat(problems.getFirst().text())
                        .startsWith("p.yaml:18: models.scrivener-1m.weights is '" + type.spelling()
                                + "', but it must be one of: f32, f16, bf16, q8_0, q4_1, q4_0");
            }
        }
    }
}

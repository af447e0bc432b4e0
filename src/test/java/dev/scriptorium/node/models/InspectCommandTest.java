package dev.scriptorium.node.models;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.checkpoint.SharedData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class InspectCommandTest {
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

    private int inspect(String... arguments) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return new CommandLine(new InspectCommand(out, InstantSource.system())).execute(arguments);
    }

    private JsonNode report() throws IOException {
        return new ObjectMapper().readTree(printed.toByteArray());
    }

    @Test
    void saysWhatTheDemoModelIsAndThatItWouldRun() throws IOException {
        // When
        int exit = inspect(SharedData.SCRIVENER.toString(), "--json");

        // Then
        assertThat(exit).isZero();
        JsonNode report = report();
        assertThat(report.get("would_run").booleanValue()).isTrue();
        assertThat(report.get("hidden_size").intValue()).isEqualTo(128);
        assertThat(report.get("tensors").get("BF16").intValue()).isPositive();
        assertThat(report.get("parameters").longValue()).isBetween(900_000L, 1_200_000L);
        assertThat(report.get("chat_template").textValue()).contains("[INST]");
        assertThat(report.get("generation_defaults").get("top_k").intValue()).isEqualTo(50);
        assertThat(report.get("memory").textValue()).contains("keys and values of one context of 512 tokens");
        assertThat(report.get("digest").textValue()).startsWith("sha256:");
        assertThat(report.get("content_digest").textValue()).startsWith("sha256:");
    }

    @Test
    void countsTypesAsTheyWouldBeOnceConverted() throws IOException {
        // When
        int exit = inspect(SharedData.SCRIVENER.toString(), "--json", "--weights", "q8_0");

        // Then
        assertThat(exit).isZero();
        assertThat(report().get("tensors").get("Q8_0").intValue()).isEqualTo(30);
    }

    @Test
    void saysWhyABrokenModelWouldNotRun(@TempDir Path temp) throws IOException {
        // Given
        Path broken = Files.write(temp.resolve("broken.gguf"), new byte[] {'G', 'G', 'U', 'F', 3, 0, 0, 0});

        // When
        int exit = inspect(broken.toString());

        // Then
        assertThat(exit).isEqualTo(1);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("It would not run here: " + broken)
                .contains("cut off");
    }

    @Test
    void listsEveryTensorWithWeightsThatAreNotFinite(@TempDir Path temp) throws IOException {
        // Given
        for (String file : List.of("config.json", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(SharedData.SCRIVENER.resolve(file), temp.resolve(file));
        }
        byte[] weights = Files.readAllBytes(SharedData.SCRIVENER.resolve("model.safetensors"));
        ByteBuffer bytes = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort(8 + (int) bytes.getLong(0), (short) 0x7FC0); // NaN in BF16
        bytes.putShort(weights.length - 2, (short) 0xFF80); // minus infinity
        bytes.putShort(weights.length - 4, (short) 0x7F80);
        Files.write(temp.resolve("model.safetensors"), weights);

        // When
        int exit = inspect(temp.toString(), "--json");

        // Then
        assertThat(exit).isEqualTo(1);
        JsonNode bad = report().get("bad_weights");
        assertThat(bad.size()).isEqualTo(2);
        assertThat(bad.toString())
                .contains(": 1 not finite, the first is NaN at row 0, column 0")
                .contains(": 2 not finite, the first is Infinity at ");
    }

    @Test
    void refusesATypeThatNothingIsConvertedTo() {
        assertThat(inspect(SharedData.SCRIVENER.toString(), "--weights", "q2_k"))
                .isEqualTo(2);
    }
}

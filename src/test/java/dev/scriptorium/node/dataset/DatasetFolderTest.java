package dev.scriptorium.node.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.Recipes;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetFolderTest {
    private static final Recipe RECIPE = Recipes.of("{\"job\": \"tales\"}");
    private static final String ROWS = """
        {"id": "0/story/-/-/0", "prompt": "Tell of rain.", "text": "Rain is wet."}
        {"id": "1/story/-/-/0", "prompt": "Tell of snow.", "text": "Snow is cold."}
        {"id": "2/story/-/-/0", "prompt": "Tell of wind.", "text": "Wind is loud."}
        """;

    @TempDir
    private Path folder;

    /** Two files with the same rows, as two formats of one shard. */
    private void write(String second) throws Exception {
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(ROWS.getBytes("UTF-8")));
        Files.writeString(folder.resolve("a.jsonl"), ROWS);
        Files.writeString(folder.resolve("b.jsonl"), second);
        Files.writeString(folder.resolve("manifest.json"), """
            {"shards": [{"files": [{"path": "a.jsonl", "sha256": "%s"}, {"path": "b.jsonl", "sha256": "%s"}]}]}
            """.formatted(digest, digest));
        Files.write(folder.resolve("recipe.json"), new RecipeFormat().writeWhole(RECIPE, "sha256:r"));
    }

    @Test
    void rowThatWasChangedInOneFormatIsNamed() throws Exception {
        // Given
        write(ROWS.replace("Snow is cold.", "Snow is warm.").replace("Tell of wind.", "Tell of sun."));

        // When
        List<String> problems = DatasetFolder.open(folder).checkFiles();

        // Then
        assertThat(problems).hasSize(3);
        assertThat(problems.get(0)).contains("b.jsonl: the manifest says sha256");
        assertThat(problems.get(1)).contains("row 1/story/-/-/0: its text was changed in", "b.jsonl");
        assertThat(problems.get(2)).contains("row 2/story/-/-/0: its prompt was changed in", "b.jsonl");
    }

    @Test
    void rowThatIsGoneAndFileThatIsBrokenAreNamed() throws Exception {
        // Given
        write(ROWS.lines().limit(2).toList().getFirst() + "\n");
        List<String> gone = DatasetFolder.open(folder).checkFiles();
        write("{\"id\": \"0/story/-/-/0\", \"prompt\": ");

        // When
        List<String> broken = DatasetFolder.open(folder).checkFiles();

        // Then
        assertThat(gone.get(1)).contains("row 1/story/-/-/0: is not where it was in", "b.jsonl");
        assertThat(broken.get(1)).contains("b.jsonl: cannot be read to its end");
    }

    @Test
    void otherWeightsThanARowsAreRefusedWithBothDigests() throws IOException {
        // Given
        VerifiedRow row = new VerifiedRow(
                "0/story/-/-/0",
                new RowKey(0, "story", "", "", 0),
                "Tell of rain.",
                "Rain is wet.",
                SeedRow.of("{\"topic\":\"rain\"}"),
                Recipes.TEMPLATE.version(),
                "sha256:then",
                new ObjectMapper().createObjectNode());
        RowsAgain again = new RowsAgain(folder, List.of(row), RECIPE);

        // When
        // Then
        assertThat(again.problems()).isEmpty();
        assertThatThrownBy(() -> again.requireWeights("sha256:now"))
                .hasMessage("row 0/story/-/-/0 was written by weights sha256:then, but the model here is sha256:now;"
                        + " say --model");
    }
}

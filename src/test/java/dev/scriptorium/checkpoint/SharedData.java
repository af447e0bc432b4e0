package dev.scriptorium.checkpoint;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.checkpoint.tokenizer.BeginRule;
import dev.scriptorium.checkpoint.tokenizer.TokenizerFolder;
import dev.scriptorium.token.BpeTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The development data beside the repository, where it is there, and the demo model, which always is. */
public final class SharedData {
    public static final Path SCRIVENER = Path.of("models/scrivener-1m");
    private static final Path ROOT = Path.of("../shared/data");
    private static final ObjectMapper JSON = new ObjectMapper();

    private SharedData() {}

    /** A file of the development data; skips the test where there is none. */
    public static Path path(String file) {
        assumeTrue(Files.isDirectory(ROOT), "needs ../shared/data, the development data that is not shipped");
        return ROOT.resolve(file);
    }

    /** The cases of a JSON Lines file. */
    public static List<JsonNode> lines(Path file) {
        try {
            List<JsonNode> cases = new ArrayList<>();
            for (String line : Files.readAllLines(file)) {
                if (!line.isBlank()) {
                    cases.add(JSON.readTree(line));
                }
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static JsonNode json(Path file) {
        try {
            return JSON.readTree(file.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int[] ids(JsonNode array) {
        int[] ids = new int[array.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = array.get(i).intValue();
        }
        return ids;
    }

    /** A tokenizer.json or tokenizer.model alone, with as many ids as it has pieces. */
    public static BpeTokenizer tokenizer(Path file) {
        return TokenizerFolder.readFile(file, new BeginRule("<s>", null, true, null));
    }
}

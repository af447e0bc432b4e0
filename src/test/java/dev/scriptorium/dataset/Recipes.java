package dev.scriptorium.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.nio.charset.StandardCharsets;

/** Recipes of tests: one template, one draw, and what a test says. */
public final class Recipes {
    public static final Template TEMPLATE = new Template("story", "Tell of {{ seed.topic }}.", "");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PLAIN = """
        {"job": "stories", "templates": [{"name": "story", "text": "Tell of {{ seed.topic }}.", "system": ""}],
         "audiences": [], "styles": [], "draws": 1, "redraws": 0, "sampling": {}, "gates": {}}
        """;

    private Recipes() {}

    /** @param said what is different, as JSON, with the names of a dataset's {@code recipe.json} */
    public static Recipe of(String said) {
        try {
            String json =
                    JSON.readerForUpdating(JSON.readTree(PLAIN)).readTree(said).toString();
            return new RecipeFormat().wholeRecipe(json.getBytes(StandardCharsets.UTF_8));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(said, e);
        }
    }
}

package dev.scriptorium.wire.dataset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.RecipeEvent;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What stands on the topics recipes and templates. */
public final class RecipeFormat {
    private static final String TYPE = "type";
    private static final String VERSION = "version";

    public byte[] write(RecipeEvent event) {
        ObjectNode node = (ObjectNode) DatasetJson.tree(event);
        return DatasetJson.write(node.put(
                TYPE,
                switch (event) {
                    case RecipeEvent.Rows _ -> "rows";
                    case RecipeEvent.Start _ -> "start";
                }));
    }

    /** @throws UndecodableException if it is none */
    public RecipeEvent read(byte @Nullable [] bytes) {
        JsonNode node = DatasetJson.tree(bytes, "recipe event");
        String type = node.path(TYPE).asText();
        return switch (type) {
            case "rows" -> required(DatasetJson.read(node, RecipeEvent.Rows.class, "part of a recipe"));
            case "start" -> required(DatasetJson.read(node, RecipeEvent.Start.class, "start of a recipe"));
            default ->
                throw new UndecodableException(
                        "the recipe event has type '" + type + "', but it must be one of: rows, start");
        };
    }

    /** As it travels: a template's version stands for its texts. */
    public String write(Recipe recipe) {
        ObjectNode node = (ObjectNode) DatasetJson.tree(recipe);
        for (int i = 0; i < recipe.templates().size(); i++) {
            ((ObjectNode) node.path("templates").path(i))
                    .put(VERSION, recipe.templates().get(i).version())
                    .remove(List.of("text", "system"));
        }
        return node.toString();
    }

    /**
     * @param templates by version
     * @return null while one of the templates is not known
     */
    public @Nullable Recipe recipe(String json, Function<String, @Nullable Template> templates) {
        JsonNode node = DatasetJson.tree(json.getBytes(StandardCharsets.UTF_8), "recipe");
        for (JsonNode named : node.path("templates")) {
            Template template = templates.apply(named.path(VERSION).asText());
            if (template == null) {
                return null;
            }
            ((ObjectNode) named).put("text", template.text()).put("system", template.system());
        }
        return DatasetJson.read(node, Recipe.class, "recipe");
    }

    /** A recipe that stands for itself, with its templates' texts, and what it was run with. */
    public byte[] writeWhole(Recipe recipe, String digest) {
        ObjectNode node = (ObjectNode) DatasetJson.tree(recipe);
        return (node.put("digest", digest).toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** @throws UndecodableException if it is none */
    public Recipe wholeRecipe(byte[] bytes) {
        return DatasetJson.read(bytes, Recipe.class, "recipe");
    }

    public byte[] write(Template template) {
        return DatasetJson.write(template);
    }

    /** @throws UndecodableException if it is none */
    public Template template(byte[] bytes) {
        Template template = DatasetJson.read(bytes, Template.class, "template");
        if (template.text() == null || template.system() == null) {
            throw new UndecodableException("the template has no text");
        }
        return template;
    }

    private static <E extends RecipeEvent> E required(E event) {
        if (event.digest() == null || event instanceof RecipeEvent.Start start && start.recipe() == null) {
            throw new UndecodableException("the recipe event lacks 'digest' or 'recipe'");
        }
        return event;
    }
}

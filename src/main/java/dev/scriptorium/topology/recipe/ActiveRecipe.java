package dev.scriptorium.topology.recipe;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.dataset.gate.Benchmarks;
import dev.scriptorium.dataset.gate.Gates;
import dev.scriptorium.dataset.run.DuplicateGates;
import dev.scriptorium.dataset.run.RecipeRun;
import dev.scriptorium.dataset.run.RunOutput;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A recipe that something is to be done for. */
final class ActiveRecipe {
    private static final int NO_WORDS = 1;

    private final RecipeStores stores;
    private final RunOutput output;
    private @Nullable RecipeRun run;

    ActiveRecipe(RecipeStores stores, RunOutput output) {
        this.stores = stores;
        this.output = output;
    }

    RecipeStores stores() {
        return stores;
    }

    /**
     * Its run; null while parts of it have not come in.
     *
     * @param templates by version
     */
    @Nullable
    RecipeRun run(RecipeFormat format, Function<String, @Nullable Template> templates) {
        String json = stores.recipe();
        if (run == null && json != null && stores.progress().isComplete()) {
            Recipe recipe = format.recipe(json, templates);
            run = recipe == null ? null : start(recipe);
        }
        return run;
    }

    private RecipeRun start(Recipe recipe) {
        GateSettings gates = recipe.gates();
        return new RecipeRun(
                recipe, Gates.of(gates, benchmarks(gates)), DuplicateGates.of(gates, stores, stores), stores, output);
    }

    private Benchmarks benchmarks(GateSettings gates) {
        GateSettings.Decontamination asked = gates.decontamination();
        List<Benchmarks.Text> texts = new ArrayList<>();
        if (asked != null) {
            for (String json : stores.benchmarks()) {
                var values = SeedRow.of(json).values();
                texts.add(new Benchmarks.Text(String.valueOf(values.get("name")), String.valueOf(values.get("text"))));
            }
        }
        return new Benchmarks(asked == null ? NO_WORDS : asked.words(), texts);
    }
}

package dev.scriptorium.dataset.recipe;

import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.table.Table;
import java.util.List;

/**
 * What a recipe file says.
 *
 * @param seeds the rows it is made of
 * @param benchmarks that no text may repeat
 * @param benchmarkColumn with their texts
 */
public record RecipeFile(Recipe recipe, Table seeds, List<Table> benchmarks, String benchmarkColumn) {
    public RecipeFile {
        benchmarks = List.copyOf(benchmarks);
    }
}

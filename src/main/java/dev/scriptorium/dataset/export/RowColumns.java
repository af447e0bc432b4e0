package dev.scriptorium.dataset.export;

import dev.scriptorium.dataset.Provenance;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.table.Column;
import dev.scriptorium.table.Column.Type;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A row of a dataset as a row of a table: Cosmopedia's columns first, and then all that made it. */
public final class RowColumns {
    public static final List<Column> ALL = List.of(
            new Column("prompt", Type.TEXT),
            new Column("text", Type.TEXT),
            new Column("token_length", Type.INTEGER),
            new Column("seed_data", Type.JSON),
            new Column("format", Type.TEXT),
            new Column("audience", Type.TEXT),
            new Column("style", Type.TEXT),
            new Column("id", Type.TEXT),
            new Column("number", Type.INTEGER),
            new Column("choice", Type.INTEGER),
            new Column("finish_reason", Type.TEXT),
            new Column("prompt_tokens", Type.INTEGER),
            new Column("request", Type.TEXT),
            new Column("recipe_digest", Type.TEXT),
            new Column("template_version", Type.TEXT),
            new Column("model", Type.TEXT),
            new Column("weights_digest", Type.TEXT),
            new Column("runtime_version", Type.TEXT),
            new Column("prompt_digest", Type.TEXT),
            new Column("seed", Type.INTEGER),
            new Column("sampling", Type.JSON),
            new Column("gates", Type.JSON),
            new Column("redrawn", Type.JSON));

    /** @param row with a text */
    static List<@Nullable Object> values(Row row) {
        Row.Written written = Objects.requireNonNull(row.written());
        Provenance provenance = written.provenance();
        return Arrays.asList(
                row.prompt(),
                written.text(),
                (long) written.tokens(),
                row.seedData(),
                row.key().template(),
                orNull(row.key().audience()),
                orNull(row.key().style()),
                row.key().id(),
                row.number(),
                (long) row.choice(),
                written.finishReason().name().toLowerCase(Locale.ROOT),
                (long) written.promptTokens(),
                provenance.request(),
                provenance.recipeDigest(),
                provenance.templateVersion(),
                provenance.model(),
                provenance.weightsDigest(),
                provenance.runtimeVersion(),
                provenance.promptDigest(),
                provenance.sampling().seed(),
                ExportJson.line(provenance.sampling()),
                ExportJson.line(row.verdicts()),
                ExportJson.line(row.earlier()));
    }

    private static @Nullable String orNull(String name) {
        return name.isEmpty() ? null : name;
    }

    private RowColumns() {}
}

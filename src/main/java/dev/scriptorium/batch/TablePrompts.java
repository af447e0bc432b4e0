package dev.scriptorium.batch;

import dev.scriptorium.table.Column;
import dev.scriptorium.table.Row;
import dev.scriptorium.table.RowReader;
import dev.scriptorium.table.Table;
import dev.scriptorium.wire.file.Tables;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table. Each becomes a line of plain JSON; columns that are neither id nor prompt are the user's own and
 * stand in the output again.
 */
final class TablePrompts implements PromptSource {
    /** What stands beside the user's own columns in the output. */
    static final List<Column> ANSWER = List.of(
            new Column("completion", Column.Type.TEXT),
            new Column("finish_reason", Column.Type.TEXT),
            new Column("prompt_tokens", Column.Type.INTEGER),
            new Column("completion_tokens", Column.Type.INTEGER),
            new Column("error", Column.Type.TEXT));

    private final PromptFile file;
    private final RowReader rows;
    private final Tables tables = new Tables();
    private boolean checked;

    TablePrompts(PromptFile file) throws IOException {
        this.file = file;
        this.rows = new Table(file.path(), file.format()).open();
    }

    @Override
    public PromptLines.@Nullable Line next() throws IOException {
        if (!checked) {
            checked = true;
            requireColumns(rows.columns());
        }
        Row row = rows.next();
        if (row == null) {
            return null;
        }
        String prompt = row.text(file.columns().prompt());
        byte[] value = tables.prompt(id(row, file.columns()), prompt == null ? "" : prompt, file.settings());
        return new PromptLines.Line(row.number(), value, value.length, true);
    }

    /** The row's own id; null if it has none, and then it is named after its line. */
    static @Nullable String id(Row row, PromptFile.Columns columns) {
        String id = row.text(columns.id());
        return id == null || id.isEmpty() ? null : id;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    private void requireColumns(List<String> columns) {
        String prompt = file.columns().prompt();
        if (columns.isEmpty()) {
            return;
        }
        if (!columns.contains(prompt)) {
            throw new IllegalStateException("%s: has no column '%s' for the prompts (columns: %s); name it with"
                            .formatted(file.path(), prompt, String.join(", ", columns))
                    + " --prompt-column");
        }
        for (Column answer : ANSWER) {
            if (columns.contains(answer.name())) {
                throw new IllegalStateException(
                        "%s: has a column '%s' of its own, where the answers would stand; give it another name"
                                .formatted(file.path(), answer.name()));
            }
        }
    }
}

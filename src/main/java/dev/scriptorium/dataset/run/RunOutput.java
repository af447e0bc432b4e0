package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.event.Prompt;

/** Where a recipe's prompts and rows go. */
public interface RunOutput {
    void ask(Prompt prompt);

    void end(Row row);
}

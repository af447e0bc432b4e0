package dev.scriptorium.dataset;

import dev.scriptorium.event.FinishReason;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one row of a dataset ended, for good: exactly one of these leaves the pipeline for each row of a recipe, and it
 * is a function of the recipe and its seeds.
 *
 * @param job the recipe's
 * @param number its place in the expansion, from 0
 * @param rows how many the recipe makes, kept or not; 0 in rows from before this was said
 * @param prompt as it was rendered; with a system message, what the user says
 * @param seedData the seed row as one line of JSON
 * @param choice how often it was drawn again: 0 if the first text was taken
 * @param written the text; null for a row that has none because its request was rejected
 * @param verdicts of all gates that this text came to, in their order; the last one is the one it failed
 * @param earlier the verdicts for which earlier choices were drawn again
 * @param error why the request was rejected; null for a row with a text
 */
public record Row(
        String job,
        long number,
        long rows,
        RowKey key,
        Fate fate,
        String prompt,
        String seedData,
        int choice,
        @Nullable Written written,
        List<Verdict> verdicts,
        List<Earlier> earlier,
        @Nullable String error) {
    public Row {
        verdicts = List.copyOf(verdicts);
        earlier = List.copyOf(earlier);
    }

    /** What became of a row. */
    public enum Fate {
        /** It passed all gates and is in the dataset. */
        KEPT,
        /** Its last choice failed a gate. */
        DROPPED,
        /** Its request was rejected: no text, or none for a judge to read. */
        FAILED
    }

    /**
     * A text and where it is from.
     *
     * @param promptTokens tokens read
     * @param tokens tokens written, with the end-of-sequence token if one was
     */
    public record Written(
            String text, int promptTokens, int tokens, FinishReason finishReason, Provenance provenance) {}

    /**
     * A choice that was drawn again.
     *
     * @param choice from 0
     * @param failed the gate that it failed
     */
    public record Earlier(int choice, Verdict failed) {}
}

package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.Provenance;
import dev.scriptorium.dataset.Recipe;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Row.Written;
import dev.scriptorium.dataset.RowKey;
import dev.scriptorium.dataset.SeedRow;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.gate.Gate;
import dev.scriptorium.event.Choice;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.token.TemplateException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Sends a recipe's rows and decides what becomes of each.
 *
 * <p>The idea: most gates look at one text, so they judge it when it comes. Whether a text is a duplicate depends on
 * the others, and must not depend on which came first. So rows are decided in slots, one after the other, and a row's
 * slot is its number: who stands earlier in the recipe keeps a text. A duplicate that is drawn again is put off by a
 * fixed number of slots, and not decided at once, so that nobody has to wait while it is written; where it comes then
 * is again no matter of time. Rows that are sent and not decided are limited in number, so is what has to be kept of
 * them.
 */
public final class RecipeRun {
    /** How far a row that is drawn again is put off. Other numbers make other datasets. */
    public static final int PUT_OFF_SLOTS = 512;

    /** How many rows may be under way: enough to fill many workers, and to find them full while one row is late. */
    public static final int ROWS_AHEAD_MAX = 4 * PUT_OFF_SLOTS;

    private final Recipe recipe;
    private final PromptWriter writer;
    private final List<Gate> gates;
    private final Duplicates duplicates;
    private final @Nullable Judging judging;
    private final RunStore store;
    private final RunOutput output;

    /** @param gates that look at one text, in the order of the recipe's */
    public RecipeRun(Recipe recipe, List<Gate> gates, Duplicates duplicates, RunStore store, RunOutput output) {
        this.recipe = recipe;
        this.writer = new PromptWriter(recipe);
        this.gates = List.copyOf(gates);
        this.duplicates = duplicates;
        this.judging = recipe.gates().judge() == null
                ? null
                : new Judging(Objects.requireNonNull(recipe.gates().judge()));
        this.store = store;
        this.output = output;
    }

    /**
     * Sends some more rows.
     *
     * @return how many; 0 if as many as allowed are under way, or all were sent
     */
    public int expand(int most) {
        Progress progress = store.progress();
        long rows = recipe.rows(progress.parts().seeds());
        long end = Math.min(
                Math.min(rows, progress.place().slot() + ROWS_AHEAD_MAX),
                progress.place().expandedTo() + most);
        for (long number = progress.place().expandedTo(); number < end; number++) {
            store.put(send(number, progress.cancelled()));
        }
        int sent = (int) Math.max(0, end - progress.place().expandedTo());
        if (sent > 0) {
            store.put(store.progress().withExpandedTo(end));
            decide();
        }
        return sent;
    }

    private Pending send(long number, boolean cancelled) {
        RowKey key = recipe.key(number);
        try {
            Pending pending = Pending.sent(number, writer.text(key, seed(key)));
            return cancelled ? pending.failed("cancelled: the recipe's job was cancelled") : ask(pending);
        } catch (TemplateException e) {
            return Pending.sent(number, "").failed("template_error: " + e.getMessage());
        }
    }

    /** Takes the answer to a request of a row; one that nobody waits for is dropped. */
    public void answered(RowRequest request, Outcome outcome) {
        Pending pending = store.pending(request.row());
        Pending.Phase waits = request.judge() ? Pending.Phase.JUDGEMENT : Pending.Phase.TEXT;
        if (pending == null || pending.choice() != request.choice() || pending.phase() != waits) {
            return;
        }
        store.put(
                switch (outcome) {
                    case Rejection rejection -> pending.failed(rejection.code().code() + ": " + rejection.message());
                    case Completion completion ->
                        request.judge() ? judged(pending, completion.text()) : read(pending, completion);
                });
        decide();
    }

    /** Nothing more is sent; what is under way ends as it does. */
    public void cancel() {
        store.put(store.progress().withCancelled());
    }

    /** Whether every row has ended. */
    public boolean isFinished() {
        Progress progress = store.progress();
        return progress.place().slot() >= recipe.rows(progress.parts().seeds())
                && progress.place().drawnLater() == 0;
    }

    /** A text is here: all gates that need nothing else say what they think of it. */
    private Pending read(Pending pending, Completion completion) {
        Choice choice = completion.choices().getFirst();
        RowKey key = recipe.key(pending.number());
        Written written = new Written(
                choice.text(),
                completion.usage().promptTokens(),
                choice.completionTokens(),
                choice.finishReason(),
                provenance(key, completion));
        Candidate candidate =
                new Candidate(pending.prompt(), choice.text(), choice.completionTokens(), choice.finishReason());
        List<Verdict> verdicts = new ArrayList<>();
        gates.forEach(gate -> verdicts.add(gate.judge(candidate)));
        Pending read = pending.read(written, verdicts, Pending.Phase.TURN);
        if (read.failure() != null) {
            return again(read);
        }
        return judging == null ? read : question(read, choice.text());
    }

    private Provenance provenance(RowKey key, Completion completion) {
        return new Provenance(
                completion.request().id(),
                store.progress().digest(),
                recipe.template(key.template()).version(),
                completion.provenance().model(),
                completion.provenance().weightsDigest(),
                completion.provenance().runtimeVersion(),
                Objects.requireNonNullElse(completion.provenance().promptDigest(), ""),
                completion.sampling());
    }

    private Pending question(Pending read, String text) {
        RowKey key = recipe.key(read.number());
        try {
            output.ask(writer.question(read.number(), key, read.choice(), seed(key), read.prompt(), text));
            return read.read(Objects.requireNonNull(read.written()), read.verdicts(), Pending.Phase.JUDGEMENT);
        } catch (TemplateException | InvalidFieldException e) {
            return read.failed("template_error: " + e.getMessage());
        }
    }

    private Pending judged(Pending pending, String answer) {
        Pending judged = pending.with(Objects.requireNonNull(judging).verdict(answer), Pending.Phase.TURN);
        return judged.failure() == null ? judged : again(judged);
    }

    /** Draws another text for the same slot, if there may be one more. */
    private Pending again(Pending failed) {
        return failed.choice() < recipe.redraws()
                ? ask(failed.again(failed.slot(), Objects.requireNonNull(failed.failure())))
                : failed;
    }

    private Pending ask(Pending pending) {
        RowKey key = recipe.key(pending.number());
        try {
            Prompt prompt = writer.prompt(pending.number(), key, pending.choice(), pending.prompt(), seed(key));
            output.ask(prompt);
            if (pending.choice() > 0) {
                store.put(store.progress().withRedrawn());
            }
            return pending;
        } catch (TemplateException | InvalidFieldException e) {
            return pending.failed("template_error: " + e.getMessage());
        }
    }

    /** Decides slots, one after the other, until one has to wait. */
    private void decide() {
        Progress progress = store.progress();
        long rows = recipe.rows(progress.parts().seeds());
        while (progress.place().slot() < rows || progress.place().drawnLater() > 0) {
            List<Pending> inSlot = inSlot(progress, rows);
            if (inSlot == null) {
                return;
            }
            for (Pending pending : inSlot) {
                decide(pending);
            }
            duplicates.forgetBefore(progress.place().slot());
            progress = store.progress().withNextSlot();
            store.put(progress);
        }
    }

    /** The rows to be decided in this slot; null if one of them has to wait. */
    private @Nullable List<Pending> inSlot(Progress progress, long rows) {
        long slot = progress.place().slot();
        if (slot < rows && slot >= progress.place().expandedTo()) {
            return null;
        }
        List<Long> numbers = new ArrayList<>(progress.place().drawnLater() == 0 ? List.of() : store.putOffTo(slot));
        if (slot < rows) {
            numbers.add(slot);
        }
        List<Pending> inSlot = new ArrayList<>();
        for (long number : numbers) {
            Pending pending = Objects.requireNonNull(store.pending(number), "a row that was sent is known");
            if (pending.phase() != Pending.Phase.TURN) {
                return null;
            }
            inSlot.add(pending);
        }
        return inSlot;
    }

    private void decide(Pending pending) {
        Progress progress = store.progress();
        boolean wasPutOff = pending.slot() != pending.number();
        Pending decided = pending;
        if (pending.fate() == Row.Fate.KEPT) {
            String text = Objects.requireNonNull(pending.written()).text();
            RowKey key = recipe.key(pending.number());
            for (Verdict verdict :
                    duplicates.judge(key.id(), text, progress.place().slot())) {
                decided = decided.with(verdict, Pending.Phase.TURN);
            }
            Verdict failure = decided.failure();
            if (failure != null && decided.choice() < recipe.redraws()) {
                store.forget(pending);
                store.put(progress.withDrawnLater(wasPutOff ? 0 : 1));
                store.put(ask(decided.again(progress.place().slot() + PUT_OFF_SLOTS, failure)));
                return;
            }
        }
        store.forget(pending);
        store.put(progress.withDrawnLater(wasPutOff ? -1 : 0).withEnded(decided.fate()));
        output.end(row(decided));
    }

    private Row row(Pending pending) {
        RowKey key = recipe.key(pending.number());
        return new Row(
                recipe.job(),
                pending.number(),
                recipe.rows(store.progress().parts().seeds()),
                key,
                pending.fate(),
                pending.prompt(),
                store.seed(key.seed()),
                pending.choice(),
                pending.written(),
                pending.verdicts(),
                pending.earlier(),
                pending.error());
    }

    private SeedRow seed(RowKey key) {
        return SeedRow.of(store.seed(key.seed()));
    }
}

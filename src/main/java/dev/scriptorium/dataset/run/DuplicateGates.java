package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.near.NearIndex;
import dev.scriptorium.dataset.near.NearStore;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gates that compare a text with those of rows before it, as a recipe asks for them. */
public final class DuplicateGates implements Duplicates {
    private final @Nullable ExactDuplicates exact;
    private final @Nullable NearIndex near;

    private DuplicateGates(@Nullable ExactDuplicates exact, @Nullable NearIndex near) {
        this.exact = exact;
        this.near = near;
    }

    public static DuplicateGates of(GateSettings settings, RunStore store, NearStore nearStore) {
        GateSettings.NearDuplicates asked = settings.nearDuplicates();
        return new DuplicateGates(
                settings.exactDuplicates() ? new ExactDuplicates(store) : null,
                asked == null ? null : new NearIndex(asked, nearStore));
    }

    @Override
    public List<Verdict> judge(String row, String text, long slot) {
        List<Verdict> verdicts = new ArrayList<>();
        Verdict same = exact == null ? null : exact.judge(text);
        if (same != null) {
            verdicts.add(same);
        }
        if (near != null && (same == null || same.passed())) {
            verdicts.add(near.judge(row, text, slot));
        }
        Verdict last = verdicts.isEmpty() ? null : verdicts.getLast();
        if (exact != null && (last == null || last.passed())) {
            exact.accept(row, text);
        }
        return verdicts;
    }

    @Override
    public void forgetBefore(long slot) {
        if (near != null) {
            near.forgetBefore(slot);
        }
    }
}

package dev.scriptorium.dataset.run;

import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Row.Earlier;
import dev.scriptorium.dataset.Row.Written;
import dev.scriptorium.dataset.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row that was sent and is not decided.
 *
 * @param number its place in the expansion
 * @param slot where it is decided
 * @param prompt as it was rendered, the same for every choice
 * @param choice the text that is looked at, from 0
 * @param phase what it waits for
 * @param written the text, once there is one
 * @param verdicts of the gates that it came to
 * @param earlier what was drawn again
 * @param error why there is no text; null if there is one, or will be
 */
public record Pending(
        long number,
        long slot,
        String prompt,
        int choice,
        Phase phase,
        @Nullable Written written,
        List<Verdict> verdicts,
        List<Earlier> earlier,
        @Nullable String error) {
    public Pending {
        verdicts = List.copyOf(verdicts);
        earlier = List.copyOf(earlier);
    }

    /** What a row waits for. */
    public enum Phase {
        /** A text. */
        TEXT,
        /** What a judge says of it. */
        JUDGEMENT,
        /** Its turn. */
        TURN
    }

    static Pending sent(long number, String prompt) {
        return new Pending(number, number, prompt, 0, Phase.TEXT, null, List.of(), List.of(), null);
    }

    /** With a text and what gates said of it. */
    Pending read(Written text, List<Verdict> said, Phase next) {
        return new Pending(number, slot, prompt, choice, next, text, said, earlier, null);
    }

    Pending with(Verdict verdict, Phase next) {
        List<Verdict> more = new ArrayList<>(verdicts);
        more.add(verdict);
        return new Pending(number, slot, prompt, choice, next, written, more, earlier, error);
    }

    /** Without a text, for good. */
    Pending failed(String why) {
        return new Pending(number, slot, prompt, choice, Phase.TURN, written, verdicts, earlier, why);
    }

    /** To be drawn again, and decided in that slot. */
    Pending again(long atSlot, Verdict failure) {
        List<Earlier> more = new ArrayList<>(earlier);
        more.add(new Earlier(choice, failure));
        return new Pending(number, atSlot, prompt, choice + 1, Phase.TEXT, null, List.of(), more, null);
    }

    /** The first verdict against it; null if there is none. */
    @Nullable
    Verdict failure() {
        return verdicts.stream()
                .filter(verdict -> !verdict.passed())
                .findFirst()
                .orElse(null);
    }

    Row.Fate fate() {
        if (error != null || written == null) {
            return Row.Fate.FAILED;
        }
        return failure() == null ? Row.Fate.KEPT : Row.Fate.DROPPED;
    }
}

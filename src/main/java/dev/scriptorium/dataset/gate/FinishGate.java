package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.event.FinishReason;
import java.util.Locale;
import java.util.stream.Collectors;

/** Refuses a text that ended for another reason, for example one that was cut off at its most tokens. */
record FinishGate(GateSettings.Finish settings) implements Gate {
    @Override
    public String name() {
        return "finish";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        return new Verdict(
                name(),
                settings.reasons().contains(candidate.finishReason()),
                word(candidate.finishReason()),
                settings.reasons().stream().map(FinishGate::word).collect(Collectors.joining(" or ")));
    }

    private static String word(FinishReason reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }
}

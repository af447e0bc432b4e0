package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;

/** Refuses a text of too few or too many tokens. */
record LengthGate(GateSettings.Length settings) implements Gate {
    @Override
    public String name() {
        return "length";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        int tokens = candidate.tokens();
        return new Verdict(
                name(),
                tokens >= settings.tokensMin() && tokens <= settings.tokensMax(),
                Integer.toString(tokens),
                settings.tokensMin() + " to " + settings.tokensMax() + " tokens");
    }
}

package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.text.Shingles;
import dev.scriptorium.dataset.text.Words;

/**
 * Refuses a text that says the same again and again: of all its runs of words, those that stood in it before, as a
 * share. The measure of MassiveText's filters (Rae et al. 2021, A.1), by runs and not by characters.
 */
record RepetitionGate(GateSettings.Repetition settings) implements Gate {
    @Override
    public String name() {
        return "repetition";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        long[] runs = Shingles.hashes(Words.of(candidate.text()), settings.words());
        double repeated = runs.length == 0 ? 0 : 1 - (double) Shingles.set(runs).length / runs.length;
        return new Verdict(
                name(),
                repeated <= settings.ratioMax(),
                Numbers.share(repeated),
                "at most " + Numbers.share(settings.ratioMax()) + " of all runs of " + settings.words()
                        + " words stood before");
    }
}

package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.Verdict;

/** One test that a text must pass. Threads may share it. */
public interface Gate {
    /** As the recipe's {@code gates} section calls it. */
    String name();

    /** A function of the candidate: equal candidates get equal verdicts, whenever and wherever. */
    Verdict judge(Candidate candidate);
}

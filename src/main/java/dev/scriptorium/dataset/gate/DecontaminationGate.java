package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.text.CommonParts;
import dev.scriptorium.dataset.text.Words;
import java.util.List;

/**
 * Refuses a text that has too much of a benchmark in it, by the rule of Cosmopedia's {@code decontaminate.py}: a run of
 * ten words in common makes a suspect, and then the parts of more than five characters that both have in common, by
 * {@code difflib}, must not make up more than half of the benchmark's text. That script looks at one suspect that a
 * hash happens to name; here it is all of them, so that the same text gets the same verdict.
 */
final class DecontaminationGate implements Gate {
    /** Shorter parts are in all texts. */
    private static final int PART_CHARACTERS_MIN = 6;

    private final GateSettings.Decontamination settings;
    private final Benchmarks benchmarks;

    DecontaminationGate(GateSettings.Decontamination settings, Benchmarks benchmarks) {
        this.settings = settings;
        this.benchmarks = benchmarks;
    }

    @Override
    public String name() {
        return "decontamination";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        List<String> words = Words.of(candidate.text());
        double most = 0;
        String name = "";
        List<Benchmarks.Text> suspects = benchmarks.sharingARun(words);
        if (!suspects.isEmpty()) {
            String text = String.join(" ", words);
            for (Benchmarks.Text suspect : suspects) {
                double overlap = overlap(text, String.join(" ", Words.of(suspect.text())));
                if (overlap > most) {
                    most = overlap;
                    name = suspect.name();
                }
            }
        }
        return new Verdict(
                name(),
                most <= settings.overlapMax(),
                most == 0 ? "0" : Numbers.share(most) + " of a text of " + Shown.shortened(name),
                "at most " + Numbers.share(settings.overlapMax()) + " of any of " + benchmarks.size()
                        + " benchmark texts");
    }

    /** How much of a benchmark's text is found again, 0 to 1. */
    static double overlap(String text, String benchmark) {
        int[] characters = text.codePoints().toArray();
        StringBuilder found = new StringBuilder();
        for (CommonParts.Part part : CommonParts.of(text, benchmark)) {
            if (part.length() >= PART_CHARACTERS_MIN) {
                found.append(new String(characters, part.aStart(), part.length()));
            }
        }
        // Parts are put together as they are and spaces counted once, as the script does.
        String once = found.toString().strip().replaceAll("\\s+", " ");
        int length = benchmark.codePointCount(0, benchmark.length());
        return length == 0 ? 0 : (double) once.codePointCount(0, once.length()) / length;
    }
}

package dev.scriptorium.dataset.run;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.scriptorium.dataset.GateSettings.Judge;
import dev.scriptorium.dataset.Verdict;
import dev.scriptorium.dataset.gate.SafePattern;
import java.util.Locale;

/** Reads what a judge model answered. */
final class Judging {
    static final String GATE = "judge";
    private static final int SHOWN_CHARACTERS_MAX = 60;

    private final Judge settings;
    private final Pattern pattern;

    Judging(Judge settings) {
        this.settings = settings;
        this.pattern = SafePattern.compile("gates.judge.pattern", settings.pattern());
    }

    /** An answer without a score is no praise. */
    Verdict verdict(String answer) {
        String rule = String.format(Locale.ROOT, "a score of at least %s", settings.scoreMin());
        Matcher found = pattern.matcher(answer);
        if (!found.find() || found.groupCount() < 1) {
            return new Verdict(GATE, false, "no score in '" + shortened(answer) + "'", rule);
        }
        try {
            double score = Double.parseDouble(found.group(1));
            return new Verdict(GATE, score >= settings.scoreMin(), found.group(1), rule);
        } catch (NumberFormatException e) {
            return new Verdict(GATE, false, "no number: '" + shortened(found.group(1)) + "'", rule);
        }
    }

    private static String shortened(String text) {
        return text.length() <= SHOWN_CHARACTERS_MAX ? text : text.substring(0, SHOWN_CHARACTERS_MAX) + "…";
    }
}

package dev.scriptorium.dataset.gate;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import java.util.ArrayList;
import java.util.List;

/** Refuses a text with phrases that come from the model's manners and not from its subject. */
final class BoilerplateGate implements Gate {
    private final List<Pattern> patterns = new ArrayList<>();

    BoilerplateGate(GateSettings.Boilerplate settings) {
        for (int i = 0; i < settings.patterns().size(); i++) {
            patterns.add(SafePattern.compile(
                    "gates.boilerplate.patterns[" + i + "]", settings.patterns().get(i)));
        }
    }

    @Override
    public String name() {
        return "boilerplate";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        for (Pattern pattern : patterns) {
            Matcher matcher = pattern.matcher(candidate.text());
            if (matcher.find()) {
                return new Verdict(
                        name(), false, Shown.shortened(matcher.group()), "does not match '" + pattern.pattern() + "'");
            }
        }
        return new Verdict(name(), true, "none", "matches none of " + patterns.size() + " patterns");
    }
}

package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/** Refuses a text whose letters are of other scripts; digits, signs and spaces are of all. */
final class CharactersGate implements Gate {
    private final GateSettings.Characters settings;
    private final Set<UnicodeScript> scripts = EnumSet.noneOf(UnicodeScript.class);

    CharactersGate(GateSettings.Characters settings) {
        this.settings = settings;
        settings.scripts().forEach(script -> scripts.add(UnicodeScript.forName(script)));
    }

    @Override
    public String name() {
        return "characters";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        int letters = 0;
        int ours = 0;
        String text = candidate.text();
        for (int i = 0; i < text.length(); ) {
            int character = text.codePointAt(i);
            i += Character.charCount(character);
            if (Character.isLetter(character)) {
                letters++;
                ours += scripts.contains(UnicodeScript.of(character)) ? 1 : 0;
            }
        }
        double share = letters == 0 ? 0 : (double) ours / letters;
        return new Verdict(
                name(),
                letters > 0 && share >= settings.shareMin(),
                letters == 0 ? "no letters" : Numbers.share(share),
                "at least " + Numbers.share(settings.shareMin()) + " of all letters are "
                        + String.join(" or ", settings.scripts()));
    }
}

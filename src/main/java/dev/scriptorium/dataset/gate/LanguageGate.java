package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import java.util.Locale;
import java.util.Map;
import java.util.MissingResourceException;
import java.util.Set;
import java.util.stream.Collectors;
import opennlp.tools.langdetect.Language;

/** Refuses a text in another language, as Apache OpenNLP's model of 103 languages sees it. */
final class LanguageGate implements Gate {
    /** Enough to be sure; a longer text is judged by its beginning. */
    private static final int CHARACTERS_MAX = 500;

    /** Languages that ISO 639-1 has one code for, and the model another that ISO 639-3 puts below it. */
    private static final Map<String, String> MODEL_CODES = Map.of("zh", "cmn", "no", "nob", "fa", "pes", "ar", "ara");

    private final GateSettings.Language settings;
    private final Set<String> wanted;
    private final LanguageModel model;

    /** @throws IllegalArgumentException if a language is not one of the model's */
    LanguageGate(GateSettings.Language settings) {
        this.settings = settings;
        this.model = LanguageModel.load();
        Set<String> known = model.languages();
        this.wanted = settings.languages().stream()
                .map(language -> code(language, known))
                .collect(Collectors.toUnmodifiableSet());
    }

    @Override
    public String name() {
        return "language";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        String text = candidate.text();
        String rule = String.join(" or ", settings.languages()) + ", sure to at least "
                + Numbers.share(settings.confidenceMin());
        if (text.isBlank()) {
            return new Verdict(name(), false, "no text", rule);
        }
        Language found = model.of(text.length() <= CHARACTERS_MAX ? text : text.substring(0, CHARACTERS_MAX));
        return new Verdict(
                name(),
                wanted.contains(found.getLang()) && found.getConfidence() >= settings.confidenceMin(),
                found.getLang() + " " + Numbers.share(found.getConfidence()),
                rule);
    }

    private static String code(String language, Set<String> known) {
        String wanted = language.toLowerCase(Locale.ROOT);
        String code = MODEL_CODES.getOrDefault(wanted, wanted);
        try {
            code = known.contains(code) ? code : Locale.of(code).getISO3Language();
        } catch (MissingResourceException e) {
            code = "";
        }
        if (!known.contains(code)) {
            throw new IllegalArgumentException(
                    "field 'gates.language.languages' names '" + language + "', which is not one of the " + known.size()
                            + " languages known; they have codes of ISO 639, for example 'en'");
        }
        return code;
    }
}

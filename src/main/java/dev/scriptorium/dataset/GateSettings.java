package dev.scriptorium.dataset;

import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.InvalidFieldException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a recipe says under {@code gates}. A gate that is null is not asked. Candidates come to the gates in the order
 * of this list, the cheap ones first, and the first one that they fail decides.
 *
 * @param exactDuplicates whether a text that an earlier row has is refused
 */
public record GateSettings(
        @Nullable Length length,
        @Nullable Finish finish,
        @Nullable Repetition repetition,
        @Nullable Language language,
        @Nullable Characters characters,
        @Nullable Boilerplate boilerplate,
        @Nullable Blocklist blocklist,
        @Nullable JsonSchema jsonSchema,
        @Nullable Decontamination decontamination,
        @Nullable Judge judge,
        boolean exactDuplicates,
        @Nullable NearDuplicates nearDuplicates) {
    /** None at all. */
    public static final GateSettings NONE =
            new GateSettings(null, null, null, null, null, null, null, null, null, null, false, null);

    /** A text has as many tokens as this. */
    public record Length(int tokensMin, int tokensMax) {
        public Length {
            atLeast("gates.length.tokens_min", tokensMin, 0);
            atLeast("gates.length.tokens_max", tokensMax, Math.max(1, tokensMin));
        }
    }

    /** A text ends for one of these reasons. */
    public record Finish(List<FinishReason> reasons) {
        public Finish {
            reasons = List.copyOf(reasons);
            some("gates.finish.reasons", reasons);
        }
    }

    /**
     * A text does not repeat itself.
     *
     * @param words in a row that are compared
     * @param ratioMax the most of them that may have stood before, 0 to 1
     */
    public record Repetition(int words, double ratioMax) {
        public Repetition {
            atLeast("gates.repetition.words", words, 1);
            share("gates.repetition.ratio_max", ratioMax);
        }
    }

    /**
     * A text is in one of these languages.
     *
     * @param languages by their ISO 639-1 codes
     * @param confidenceMin 0 to 1
     */
    public record Language(List<String> languages, double confidenceMin) {
        public Language {
            languages = List.copyOf(languages);
            some("gates.language.languages", languages);
            share("gates.language.confidence_min", confidenceMin);
        }
    }

    /**
     * A text is in these scripts.
     *
     * @param scripts by their Unicode names, {@code latin}
     * @param shareMin of all letters, 0 to 1
     */
    public record Characters(List<String> scripts, double shareMin) {
        public Characters {
            scripts = List.copyOf(scripts);
            some("gates.characters.scripts", scripts);
            scripts.forEach(GateSettings::script);
            share("gates.characters.share_min", shareMin);
        }
    }

    /** A text has none of these, as regular expressions. */
    public record Boilerplate(List<String> patterns) {
        public Boilerplate {
            patterns = List.copyOf(patterns);
            some("gates.boilerplate.patterns", patterns);
        }
    }

    /** A text has none of these words, in whatever case. */
    public record Blocklist(List<String> words) {
        public Blocklist {
            words = List.copyOf(words);
            some("gates.blocklist.words", words);
            words.forEach(word -> notBlank("gates.blocklist.words", word));
        }
    }

    /** A text is JSON that a schema takes. */
    public record JsonSchema(String schema) {}

    /**
     * A text repeats no benchmark.
     *
     * @param words in a row that must be shared before two texts are compared at all; 10 in Cosmopedia's script
     * @param overlapMax the most of a benchmark's text that may be found again, 0 to 1; 0.5 in Cosmopedia's script
     */
    public record Decontamination(int words, double overlapMax) {
        public Decontamination {
            atLeast("gates.decontamination.words", words, 1);
            share("gates.decontamination.overlap_max", overlapMax);
        }
    }

    /**
     * A model is asked how good a text is.
     *
     * @param template of the question, in Jinja, with {@code prompt} and {@code text} beside what templates have
     * @param model by name in the pipeline; null for the recipe's
     * @param pattern a regular expression whose first group is the score
     * @param scores the only answers that it can give, because it is held to them; none if it may say what it likes
     * @param scoreMin the least that passes
     * @param tokensMax of the answer
     */
    public record Judge(
            String template,
            @Nullable String model,
            String pattern,
            List<Integer> scores,
            double scoreMin,
            int tokensMax) {
        public Judge {
            scores = List.copyOf(scores);
            if (!scores.isEmpty() && scores.stream().noneMatch(score -> score >= scoreMin)) {
                throw new InvalidFieldException(
                        "gates.judge.score_min", scoreMin, "must be one that " + scores + " can reach");
            }
        }
    }

    /**
     * A text is unlike all others.
     *
     * @param words in a row that make a shingle
     * @param similarityMax the highest Jaccard similarity of two texts' shingles that is allowed, 0 to 1
     * @param windowRows how many rows back are looked at
     */
    public record NearDuplicates(int words, double similarityMax, int windowRows) {
        public NearDuplicates {
            atLeast("gates.near_duplicates.words", words, 1);
            share("gates.near_duplicates.similarity_max", similarityMax);
            atLeast("gates.near_duplicates.window_rows", windowRows, 1);
        }
    }

    private static void atLeast(String field, int value, int least) {
        if (value < least) {
            throw new InvalidFieldException(field, value, "must be at least " + least);
        }
    }

    private static void share(String field, double value) {
        if (!(value >= 0 && value <= 1)) {
            throw new InvalidFieldException(field, value, "must be from 0 to 1");
        }
    }

    private static void some(String field, List<?> values) {
        if (values.isEmpty()) {
            throw new InvalidFieldException(field, values, "must name one at least");
        }
    }

    private static void notBlank(String field, String value) {
        if (value.isBlank()) {
            throw new InvalidFieldException(field, value, "must not be blank");
        }
    }

    private static void script(String name) {
        try {
            Character.UnicodeScript.forName(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidFieldException(
                    "gates.characters.scripts", name, "must be a script of Unicode, for example 'latin'");
        }
    }
}

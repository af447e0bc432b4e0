package dev.scriptorium.dataset.recipe;

import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.pipeline.Key;
import dev.scriptorium.pipeline.Key.Kind;
import java.util.List;
import java.util.regex.Pattern;

/** The keys of a recipe file; those of {@code sampling} are the pipeline file's. */
public final class RecipeKeys {
    private static final Pattern LABEL = Pattern.compile("[^/\\p{Cntrl}]{1,64}");

    /** What ids are made of. */
    static final Kind<String> LABEL_KIND = new Kind<>("1 to 64 characters, none of them a slash", RecipeKeys::label);

    private static final Kind<String> TENANT_KIND =
            new Kind<>("1 to %d characters".formatted(Prompt.TENANT_CHARACTERS_MAX), RecipeKeys::tenant);

    private static final Kind<Integer> DRAWS_KIND = Key.wholeNumber(1, 10_000);
    private static final Kind<Integer> REDRAWS_KIND = Key.wholeNumber(0, 100);
    private static final Kind<Integer> WORDS_KIND = Key.wholeNumber(1, 100);
    private static final Kind<Integer> TOKENS_KIND = Key.wholeNumber(0, 1 << 20);
    private static final Kind<Integer> WINDOW_KIND = Key.wholeNumber(1, 100_000_000);

    static final Key<String> JOB = new Key<>(
            "job", Key.NAME, null, "Under which all requests run; one job is one recipe. Default: the file's name.");
    static final Key<String> TENANT = new Key<>(
            "tenant",
            TENANT_KIND,
            null,
            "On whose account. Its quota counts rows too, and they wait for room in it. Default: 'default'.");
    static final Key<String> MODEL =
            new Key<>("model", Key.TEXT, null, "A model of the pipeline. Default: the pipeline's choice.");
    static final Key<Boolean> CHAT = new Key<>(
            "chat", Key.FLAG, "false", "Whether templates are said to a chat model, or are texts to be continued.");
    static final Key<String> SEEDS = new Key<>(
            "seeds",
            Key.TEXT,
            null,
            "A file of seed rows: .jsonl, .csv, .tsv or .parquet. Beside the recipe. Required.");
    static final Key<String> TEMPLATE_TEXT = new Key<>(
            "templates.<template>.text",
            Key.TEXT,
            null,
            "In Jinja, with seed.<column>, audience and style. This or file is required.");
    static final Key<String> TEMPLATE_FILE =
            new Key<>("templates.<template>.file", Key.TEXT, null, "A file with the text, beside the recipe.");
    static final Key<String> TEMPLATE_SYSTEM =
            new Key<>("templates.<template>.system", Key.TEXT, null, "The system message of a chat, in Jinja.");
    static final Key<String> AUDIENCES =
            new Key<>("audiences", LABEL_KIND, null, "For whom: each seed and template is used for each of them.");
    static final Key<String> STYLES = new Key<>("styles", LABEL_KIND, null, "How: likewise.");
    static final Key<Integer> DRAWS =
            new Key<>("draws", DRAWS_KIND, "1", "Texts for each seed, template, audience and style.");
    static final Key<Integer> REDRAWS =
            new Key<>("redraws", REDRAWS_KIND, "0", "How often a row is drawn again whose text fails a gate.");
    static final Key<Integer> LENGTH_MIN = new Key<>("gates.length.tokens_min", TOKENS_KIND, "0", "Fewest tokens.");
    static final Key<Integer> LENGTH_MAX = new Key<>("gates.length.tokens_max", TOKENS_KIND, "1048576", "Most tokens.");
    static final Key<FinishReason> FINISH = new Key<>(
            "gates.finish.reasons", Key.oneOf(FinishReason.values()), null, "Why a text may end, one or a list.");
    static final Key<Integer> REPETITION_WORDS =
            new Key<>("gates.repetition.words", WORDS_KIND, "3", "Words in a row that are compared.");
    static final Key<Double> REPETITION_RATIO =
            new Key<>("gates.repetition.ratio_max", Key.NUMBER, "0.2", "The most of them that stood before, 0 to 1.");
    static final Key<String> LANGUAGES =
            new Key<>("gates.language.languages", Key.TEXT, null, "ISO 639-1 codes, one or a list.");
    static final Key<Double> LANGUAGE_CONFIDENCE =
            new Key<>("gates.language.confidence_min", Key.NUMBER, "0.5", "0 to 1.");
    static final Key<String> SCRIPTS =
            new Key<>("gates.characters.scripts", Key.TEXT, null, "Unicode's names: latin, greek; one or a list.");
    static final Key<Double> SCRIPT_SHARE =
            new Key<>("gates.characters.share_min", Key.NUMBER, "0.95", "Of all letters, 0 to 1.");
    static final Key<String> BOILERPLATE =
            new Key<>("gates.boilerplate.patterns", Key.TEXT, null, "Regular expressions that no text may contain.");
    static final Key<String> BLOCKED_WORDS =
            new Key<>("gates.blocklist.words", Key.TEXT, null, "Words that no text may contain, in whatever case.");
    static final Key<String> BLOCKED_FILE =
            new Key<>("gates.blocklist.file", Key.TEXT, null, "A file with more of them, one a line.");
    static final Key<String> SCHEMA_FILE =
            new Key<>("gates.json_schema.file", Key.TEXT, null, "A JSON schema that every text must satisfy.");
    static final Key<String> BENCHMARK_FILES = new Key<>(
            "gates.decontamination.files",
            Key.TEXT,
            null,
            "Files of benchmarks that no text may repeat: .jsonl, .csv, .tsv or .parquet, one or a list.");
    static final Key<String> BENCHMARK_COLUMN =
            new Key<>("gates.decontamination.column", Key.TEXT, "question", "The column with their texts.");
    static final Key<Integer> BENCHMARK_WORDS = new Key<>(
            "gates.decontamination.words", WORDS_KIND, "10", "Words in a row that make two texts worth comparing.");
    static final Key<Double> OVERLAP =
            new Key<>("gates.decontamination.overlap_max", Key.NUMBER, "0.5", "The most that may be found again.");
    static final Key<String> JUDGE_TEMPLATE = new Key<>(
            "gates.judge.template",
            Key.TEXT,
            null,
            "A question to a model, in Jinja, with prompt and text beside what templates have.");
    static final Key<String> JUDGE_MODEL = new Key<>("gates.judge.model", Key.TEXT, null, "Default: the recipe's.");
    static final Key<String> JUDGE_PATTERN = new Key<>(
            "gates.judge.pattern", Key.TEXT, "([0-9]+)", "A regular expression whose first group is the score.");
    static final Key<Integer> JUDGE_SCORES = new Key<>(
            "gates.judge.scores",
            Key.wholeNumber(0, 1_000),
            null,
            "The only answers that it can give, one or a list: a grammar holds it to them. Default: any text.");
    static final Key<Double> JUDGE_SCORE =
            new Key<>("gates.judge.score_min", Key.NUMBER, "3", "The least that passes.");
    static final Key<Integer> JUDGE_TOKENS =
            new Key<>("gates.judge.max_tokens", Key.wholeNumber(1, 4_096), "16", "Most tokens of its answer.");
    static final Key<Boolean> EXACT = new Key<>(
            "gates.exact_duplicates", Key.FLAG, "false", "Whether a text is refused that an earlier row has.");
    static final Key<Integer> NEAR_WORDS =
            new Key<>("gates.near_duplicates.words", WORDS_KIND, "5", "Words in a row that are compared.");
    static final Key<Double> NEAR_SIMILARITY = new Key<>(
            "gates.near_duplicates.similarity_max",
            Key.NUMBER,
            "0.8",
            "The highest Jaccard similarity to an earlier row that is allowed, 0 to 1.");
    static final Key<Integer> NEAR_WINDOW =
            new Key<>("gates.near_duplicates.window_rows", WINDOW_KIND, "100000", "How many rows back are looked at.");

    /** In the order of the reference. */
    static final List<Key<?>> ALL = List.of(
            JOB,
            TENANT,
            MODEL,
            CHAT,
            SEEDS,
            TEMPLATE_TEXT,
            TEMPLATE_FILE,
            TEMPLATE_SYSTEM,
            AUDIENCES,
            STYLES,
            DRAWS,
            REDRAWS,
            LENGTH_MIN,
            LENGTH_MAX,
            FINISH,
            REPETITION_WORDS,
            REPETITION_RATIO,
            LANGUAGES,
            LANGUAGE_CONFIDENCE,
            SCRIPTS,
            SCRIPT_SHARE,
            BOILERPLATE,
            BLOCKED_WORDS,
            BLOCKED_FILE,
            SCHEMA_FILE,
            BENCHMARK_FILES,
            BENCHMARK_COLUMN,
            BENCHMARK_WORDS,
            OVERLAP,
            JUDGE_TEMPLATE,
            JUDGE_MODEL,
            JUDGE_PATTERN,
            JUDGE_SCORES,
            JUDGE_SCORE,
            JUDGE_TOKENS,
            EXACT,
            NEAR_WORDS,
            NEAR_SIMILARITY,
            NEAR_WINDOW);

    private RecipeKeys() {}

    private static String tenant(String text) {
        if (text.isEmpty() || text.length() > Prompt.TENANT_CHARACTERS_MAX) {
            throw new IllegalArgumentException("");
        }
        return text;
    }

    private static String label(String text) {
        if (!LABEL.matcher(text).matches()) {
            throw new IllegalArgumentException("");
        }
        return text;
    }
}

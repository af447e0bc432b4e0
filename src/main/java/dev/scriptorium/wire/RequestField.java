package dev.scriptorium.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a JSON request may say: the catalogue that the decoder goes by and that {@code docs/reference/request-fields.md}
 * is generated from. In an OpenAI line these stand in {@code body}, in a plain object at the top.
 */
enum RequestField {
    ID("id", "text or whole number", "1 to 256 characters, no control characters", "the record's key"),
    JOB("job", "text", "1 to 128 letters, digits, dots, dashes or underscores", "header, else `default`"),
    TENANT("tenant", "text", "1 to 128 characters", "header, else `default`", "user"),
    MODEL("model", "text", "1 to 256 characters", "the pipeline chooses"),
    PROMPT("prompt", "text", "at least 1 character", "required, or `messages`"),
    MESSAGES("messages", "list of `{role, content}`", "1 to 1024; roles system, user, assistant", "or `prompt`"),
    MAX_TOKENS(
            "max_tokens",
            "whole number",
            "1 to 1048576 tokens generated",
            "the model's",
            "max_completion_tokens",
            "max_new_tokens"),
    MAX_LENGTH("max_length", "whole number", "1 to 1048576 tokens of prompt and output together", "the model's"),
    TEMPERATURE("temperature", "number", "0 to 2; 0 is greedy", "the model's"),
    TOP_K("top_k", "whole number", "0 to 2147483647; 0 keeps all", "the model's"),
    TOP_P("top_p", "number", "above 0 and up to 1", "the model's"),
    MIN_P("min_p", "number", "0 to 1", "the model's"),
    REPETITION_PENALTY("repetition_penalty", "number", "above 0 and up to 10", "the model's", "repeat_penalty"),
    FREQUENCY_PENALTY("frequency_penalty", "number", "-2 to 2", "the model's"),
    PRESENCE_PENALTY("presence_penalty", "number", "-2 to 2", "the model's"),
    SEED("seed", "whole number", "-9223372036854775808 to 9223372036854775807", "a hash of job and id"),
    STOP("stop", "text or list of texts", "up to 16 of 1 to 256 characters", "none"),
    PRIORITY("priority", "text", "`interactive` or `bulk`", "`bulk`"),
    DEADLINE("deadline", "text", "an RFC 3339 time such as 2026-11-24T12:00:00Z", "never"),
    METADATA("metadata", "object of texts", "up to 16 pairs; keys to 64, values to 512 characters", "none");

    /**
     * Parameters that others know and that are not supported here, with the values (as JSON) that ask for nothing:
     * those are accepted, because clients send them unasked. {@code null} asks for nothing anywhere.
     */
    static final Map<String, List<String>> UNSUPPORTED = unsupported();

    private final String key;
    private final String type;
    private final String limits;
    private final String fallback;
    private final List<String> names;

    RequestField(String key, String type, String limits, String fallback, String... aliases) {
        this.key = key;
        this.type = type;
        this.limits = limits;
        this.fallback = fallback;
        List<String> all = new ArrayList<>(List.of(key));
        all.addAll(Arrays.asList(aliases));
        this.names = List.copyOf(all);
    }

    /** The public name. */
    String key() {
        return key;
    }

    /** What kind of JSON value it is, for people. */
    String type() {
        return type;
    }

    String limits() {
        return limits;
    }

    /** What holds when nobody says it. */
    String fallback() {
        return fallback;
    }

    /** The public name first, then the names that other programs have for the same. */
    List<String> names() {
        return names;
    }

    static Optional<RequestField> named(String name) {
        return Arrays.stream(values())
                .filter(field -> field.names.contains(name))
                .findFirst();
    }

    /** The known name that somebody who wrote {@code name} probably meant, as the end of a sentence; else nothing. */
    static String suggestion(String name, List<String> known) {
        String plain = plain(name);
        String nearest = "";
        int least = Math.max(1, Math.min(3, plain.length() / 3)) + 1;
        for (String candidate : known) {
            int distance = editDistance(plain, plain(candidate));
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest.isEmpty() ? "" : ". Did you mean '" + nearest + "'?";
    }

    /** {@code maxTokens}, {@code max-tokens} and {@code max_tokens} are the same to people. */
    private static String plain(String name) {
        String shortened = name.length() > 64 ? name.substring(0, 64) : name;
        return shortened.toLowerCase(Locale.ROOT).replace("_", "").replace("-", "");
    }

    private static int editDistance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        Arrays.setAll(previous, i -> i);
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, Math.min(previous[j], current[j - 1]) + 1);
            }
            previous = current;
        }
        return previous[b.length()];
    }

    private static Map<String, List<String>> unsupported() {
        Map<String, List<String>> fields = new LinkedHashMap<>();
        fields.put("n", List.of("1"));
        fields.put("best_of", List.of("1"));
        fields.put("stream", List.of("false"));
        fields.put("stream_options", List.of());
        fields.put("echo", List.of("false"));
        fields.put("suffix", List.of("\"\""));
        fields.put("logprobs", List.of("false"));
        fields.put("top_logprobs", List.of("0"));
        fields.put("prompt_logprobs", List.of());
        fields.put("logit_bias", List.of("{}"));
        fields.put("response_format", List.of("{\"type\":\"text\"}"));
        fields.put("tools", List.of("[]"));
        fields.put("tool_choice", List.of("\"none\"", "\"auto\""));
        fields.put("parallel_tool_calls", List.of("true", "false"));
        fields.put("functions", List.of("[]"));
        fields.put("function_call", List.of("\"none\"", "\"auto\""));
        fields.put("modalities", List.of("[\"text\"]"));
        fields.put("audio", List.of());
        fields.put("prediction", List.of());
        fields.put("reasoning_effort", List.of("\"none\""));
        fields.put("verbosity", List.of());
        fields.put("web_search_options", List.of());
        fields.put("service_tier", List.of("\"auto\"", "\"default\""));
        fields.put("store", List.of("false"));
        fields.put("safety_identifier", List.of());
        fields.put("prompt_cache_key", List.of());
        fields.put("do_sample", List.of("true"));
        fields.put("num_beams", List.of("1"));
        fields.put("num_return_sequences", List.of("1"));
        fields.put("use_beam_search", List.of("false"));
        fields.put("length_penalty", List.of("1", "1.0"));
        fields.put("typical_p", List.of("1", "1.0"));
        fields.put("no_repeat_ngram_size", List.of("0"));
        fields.put("min_tokens", List.of("0"));
        fields.put("min_new_tokens", List.of("0"));
        fields.put("min_length", List.of("0"));
        fields.put("ignore_eos", List.of("false"));
        fields.put("skip_special_tokens", List.of("true"));
        fields.put("add_generation_prompt", List.of("true"));
        fields.put("include_stop_str_in_output", List.of("false"));
        fields.put("stop_token_ids", List.of("[]"));
        fields.put("bad_words", List.of("[]"));
        fields.put("guided_json", List.of());
        fields.put("guided_regex", List.of());
        fields.put("guided_choice", List.of());
        fields.put("guided_grammar", List.of());
        fields.put("structured_outputs", List.of());
        fields.put("chat_template", List.of());
        fields.put("chat_template_kwargs", List.of("{}"));
        return java.util.Collections.unmodifiableMap(fields);
    }
}

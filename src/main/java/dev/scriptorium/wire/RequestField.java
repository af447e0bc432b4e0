package dev.scriptorium.wire;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a JSON request may say: the catalogue that the decoder goes by and that {@code docs/reference/request-fields.md}
 * is generated from. In an OpenAI line these stand in {@code body}, in a plain object at the top.
 */
public enum RequestField {
    ID("id", "text or whole number", "1 to 256 characters, none of them a control character", "the record's key"),
    JOB("job", "text", "1 to 128 letters, digits, dots, dashes or underscores", "the header, else `default`"),
    TENANT("tenant", "text", "1 to 128 characters", "the header, else `default`", "user"),
    MODEL("model", "text", "1 to 256 characters", "the pipeline chooses"),
    PROMPT("prompt", "text", "at least 1 character", "`messages` is given"),
    MESSAGES("messages", "list of `{role, content}`", "1 to 1024 of them", "`prompt` is given"),
    MAX_TOKENS(
            "max_tokens",
            "whole number",
            "from 1 to 1048576, or 0 with `echo`",
            "the pipeline's or the model's",
            "max_completion_tokens",
            "max_new_tokens"),
    MAX_LENGTH("max_length", "whole number", "from 1 to 1048576", "the pipeline's or the model's"),
    TEMPERATURE("temperature", "number", "from 0 to 2", "the pipeline's or the model's"),
    TOP_K("top_k", "whole number", "from 0 to 2147483647", "the pipeline's or the model's"),
    TOP_P("top_p", "number", "above 0 and at most 1", "the pipeline's or the model's"),
    MIN_P("min_p", "number", "from 0 to 1", "the pipeline's or the model's"),
    REPETITION_PENALTY(
            "repetition_penalty",
            "number",
            "above 0 and at most 10",
            "the pipeline's or the model's",
            "repeat_penalty"),
    FREQUENCY_PENALTY("frequency_penalty", "number", "from -2 to 2", "the pipeline's or the model's"),
    PRESENCE_PENALTY("presence_penalty", "number", "from -2 to 2", "the pipeline's or the model's"),
    SEED("seed", "whole number", "from -9223372036854775808 to 9223372036854775807", "a hash of job and id"),
    STOP("stop", "text or list of texts", "at most 16 of 1 to 256 characters", "the pipeline's or the model's"),
    N("n", "whole number", "from 1 to 16", "1", "num_return_sequences"),
    LOGPROBS("logprobs", "true or false; at /v1/completions whole number", "from 0 to 20", "none"),
    TOP_LOGPROBS("top_logprobs", "whole number", "from 0 to 20, with `logprobs`", "0"),
    ECHO("echo", "true or false", "true only with `prompt`", "false"),
    RESPONSE_FORMAT("response_format", "object", "`type` and the schema it needs", "`{\"type\": \"text\"}`"),
    SPECIAL_TOKENS("special_tokens", "true or false", "true only with `prompt`", "false"),
    PRIORITY("priority", "text", "interactive or bulk", "`bulk`"),
    DEADLINE("deadline", "text", "an RFC 3339 time such as 2026-11-24T12:00:00Z", "never"),
    ON_DEADLINE("on_deadline", "text", "reject or partial", "`reject`"),
    ON_CANCEL("on_cancel", "text", "reject or partial", "`reject`"),
    STREAM("stream", "boolean", "true or false", "`false`"),
    METADATA("metadata", "object of texts", "at most 16 pairs; keys to 64, values to 512 characters", "none");

    /**
     * Parameters that others know and that are not supported here, with the values (as JSON) that ask for nothing:
     * those are accepted, because clients send them unasked. {@code null} asks for nothing anywhere.
     */
    static final Map<String, List<String>> UNSUPPORTED = unsupported();

    private static final Map<String, RequestField> BY_NAME = Arrays.stream(values())
            .flatMap(field -> field.names.stream().map(name -> Map.entry(name, field)))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue));

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
    public String key() {
        return key;
    }

    /** What kind of JSON value it is, for people. */
    String type() {
        return type;
    }

    /** The same in the words of JSON Schema; more than one where either will do. */
    public List<String> jsonTypes() {
        return switch (this) {
            case ID -> List.of("string", "integer");
            case STOP -> List.of("string", "array");
            case JOB, TENANT, MODEL, PROMPT, PRIORITY, DEADLINE, ON_DEADLINE, ON_CANCEL -> List.of("string");
            case MESSAGES -> List.of("array");
            case MAX_TOKENS, MAX_LENGTH, TOP_K, SEED, N, TOP_LOGPROBS -> List.of("integer");
            case TEMPERATURE, TOP_P, MIN_P, REPETITION_PENALTY, FREQUENCY_PENALTY, PRESENCE_PENALTY ->
                List.of("number");
            case LOGPROBS, ECHO, SPECIAL_TOKENS, STREAM -> List.of("boolean");
            case RESPONSE_FORMAT, METADATA -> List.of("object");
        };
    }

    /** The rule as the end of "it must be …". */
    String limits() {
        return limits;
    }

    /** What holds when nobody says it. */
    String fallback() {
        return fallback;
    }

    /** The public name first, then the names that other programs have for the same. */
    public List<String> names() {
        return names;
    }

    /** What it does, in the words of the nouns. */
    public String meaning() {
        return switch (this) {
            case ID -> "the request's own name, unique in its job; in an OpenAI line `custom_id`";
            case JOB -> "the bulk job it belongs to";
            case TENANT -> "on whose account";
            case MODEL -> "which of the pipeline's models";
            case PROMPT -> "text to continue as it stands";
            case MESSAGES ->
                "a chat for the model's own template; roles are system, user, assistant; content is text, or a list of"
                        + " `{\"type\": \"text\", \"text\": …}`, joined by line ends";
            case MAX_TOKENS -> "most tokens to generate";
            case MAX_LENGTH -> "most tokens of prompt and output together; the smaller holds if both are given";
            case TEMPERATURE -> "divides the logits; 0 picks the likeliest token always";
            case TOP_K -> "how many of the likeliest tokens to keep; 0 keeps all";
            case TOP_P -> "keep the likeliest tokens that make up this share of probability";
            case MIN_P -> "drop tokens below this share of the likeliest token's probability";
            case REPETITION_PENALTY ->
                "divides positive and multiplies negative logits of tokens seen in prompt or output; 1 changes nothing";
            case FREQUENCY_PENALTY -> "taken off a token's logit for each time it is in the output";
            case PRESENCE_PENALTY -> "taken off a token's logit once it is in the output";
            case SEED -> "of the random numbers";
            case STOP -> "the completion ends before the first of these texts";
            case N -> "how many choices, each with its own seed";
            case LOGPROBS ->
                "tells each token's log probability under the model's own distribution; a number is that of"
                        + " `top_logprobs`, and a plain object may say either";
            case TOP_LOGPROBS ->
                "how many of the likeliest tokens to tell beside each token; one answer has room for 262144 log"
                        + " probabilities, all choices together";
            case ECHO -> "repeats the prompt in the answer, with its log probabilities if they are asked for";
            case RESPONSE_FORMAT ->
                "what the text must be: `text`, `json_object`, `json_schema` with `json_schema: {name, schema}`, or"
                        + " `avro_schema` with `avro_schema: …`; enforced while it is written";
            case SPECIAL_TOKENS ->
                "the spelling of a control token in the prompt, such as `</s>`, counts as that token";
            case PRIORITY -> "the class of service";
            case DEADLINE -> "after this no answer is wanted";
            case ON_DEADLINE -> "partial completes with what there is at the deadline, reject throws it away";
            case ON_CANCEL -> "partial completes with what there is when it is cancelled, reject throws it away";
            case STREAM -> "whether the text comes in pieces on the tokens topic too, while it is written";
            case METADATA -> "travels to the answer untouched";
        };
    }

    static Optional<RequestField> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The end of a sentence that says what alone may be asked of an unsupported parameter. */
    static String unsupportedRule(String name, List<String> harmless) {
        return name.equals("do_sample")
                ? "must be true: to pick the likeliest token always, set temperature to 0"
                : "must be %s: anything else is not supported".formatted(String.join(" or ", harmless));
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
        fields.put("best_of", List.of("1"));
        fields.put("stream_options", List.of());
        fields.put("suffix", List.of("\"\""));
        fields.put("prompt_logprobs", List.of());
        fields.put("logit_bias", List.of("{}"));
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
        return Collections.unmodifiableMap(fields);
    }
}

package dev.scriptorium.simulation;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a dummy engine is like. It is written where a model's path stands: {@code dummy}, or {@code dummy:} and
 * parameters with commas between them, as in {@code dummy:step_ms=20,output_tokens=100,throw_on=poison}.
 *
 * <p>The words of the faults are looked for in prompts as they stand; empty means never.
 *
 * @param seed other seeds write other texts
 * @param contextTokens most positions of one sequence
 * @param outputTokens how many tokens a text has on average before it ends by itself; 0 for texts that never do
 * @param stepMs milliseconds that one forward pass takes, however large
 * @param tokenUs microseconds more for each token in it
 * @param cacheSequences how many full contexts the key/value cache holds
 * @param throwEverySteps each so-manieth forward pass of several sequences fails for no fault of theirs; 0 for none
 * @param throwOn a forward pass with this word in it fails, so its prompt ends as {@code worker_failed}
 * @param nanOn after this word all logits are NaN, so its prompt ends as {@code non_finite_logits}
 * @param crashOn a forward pass with this word in it takes the whole process down, as kill -9 does
 */
public record DummySettings(
        long seed,
        int contextTokens,
        int outputTokens,
        int stepMs,
        int tokenUs,
        int cacheSequences,
        int throwEverySteps,
        String throwOn,
        String nanOn,
        String crashOn) {
    /** What a model's path is, or begins with, if no files are meant but a dummy engine. */
    public static final String SCHEME = "dummy";

    private static final int CONTEXT_TOKENS_MAX = 1 << 20;
    private static final int STEP_MS_MAX = 60_000;
    private static final int TOKEN_US_MAX = 1_000_000;
    private static final int SEQUENCES_MAX = 1024;

    /** The parameters of a path with their defaults. */
    private static final Map<String, String> DEFAULTS = defaults();

    public DummySettings {
        requireWithin("context_tokens", contextTokens, 8, CONTEXT_TOKENS_MAX);
        requireWithin("output_tokens", outputTokens, 0, CONTEXT_TOKENS_MAX);
        requireWithin("step_ms", stepMs, 0, STEP_MS_MAX);
        requireWithin("token_us", tokenUs, 0, TOKEN_US_MAX);
        requireWithin("cache_sequences", cacheSequences, 1, SEQUENCES_MAX);
        requireWithin("throw_every_steps", throwEverySteps, 0, Integer.MAX_VALUE);
        if (throwEverySteps == 1) {
            throw new IllegalArgumentException(
                    "dummy engine: throw_every_steps is 1, so no pass would ever succeed; it must be 0 or 2 and more");
        }
        if ((long) contextTokens * cacheSequences > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("dummy engine: %d sequences of %d tokens are more than %d in all"
                    .formatted(cacheSequences, contextTokens, Integer.MAX_VALUE));
        }
    }

    /** Whether a model's path means a dummy engine. */
    public static boolean isMeantBy(String path) {
        return path.equals(SCHEME) || path.startsWith(SCHEME + ":");
    }

    /**
     * Reads a model's path.
     *
     * @throws IllegalArgumentException for a parameter that is not known, or a value outside its rule
     */
    public static DummySettings parse(String path) {
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        String list = path.substring(Math.min(path.length(), SCHEME.length() + 1));
        for (String parameter : list.isEmpty() ? List.<String>of() : List.of(list.split(",", -1))) {
            int equals = parameter.indexOf('=');
            String name = equals < 0 ? parameter : parameter.substring(0, equals);
            if (equals < 0 || !DEFAULTS.containsKey(name)) {
                throw new IllegalArgumentException("dummy engine: '%s' in '%s' is no parameter=value; parameters are %s"
                        .formatted(parameter, path, String.join(", ", DEFAULTS.keySet())));
            }
            values.put(name, parameter.substring(equals + 1));
        }
        return new DummySettings(
                number(values, "seed"),
                (int) number(values, "context_tokens"),
                (int) number(values, "output_tokens"),
                (int) number(values, "step_ms"),
                (int) number(values, "token_us"),
                (int) number(values, "cache_sequences"),
                (int) number(values, "throw_every_steps"),
                values.getOrDefault("throw_on", ""),
                values.getOrDefault("nan_on", ""),
                values.getOrDefault("crash_on", ""));
    }

    /** {@code sha256:} and 64 hex digits over all that decides its texts, as a real model's digest of its weights. */
    public String digest() {
        String decisive = "dummy 1 seed=%d context_tokens=%d output_tokens=%d throw_on=%s nan_on=%s crash_on=%s"
                .formatted(seed, contextTokens, outputTokens, throwOn, nanOn, crashOn);
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(decisive.getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("seed", "0");
        defaults.put("context_tokens", "2048");
        defaults.put("output_tokens", "32");
        defaults.put("step_ms", "0");
        defaults.put("token_us", "0");
        defaults.put("cache_sequences", "32");
        defaults.put("throw_every_steps", "0");
        defaults.put("throw_on", "");
        defaults.put("nan_on", "");
        defaults.put("crash_on", "");
        return defaults;
    }

    private static long number(Map<String, String> values, String name) {
        String text = values.getOrDefault(name, "");
        try {
            return name.equals("seed") ? Long.parseLong(text) : Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "dummy engine: %s is '%s', but must be a whole number".formatted(name, text), e);
        }
    }

    private static void requireWithin(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(
                    "dummy engine: %s is %d, but must be from %d to %d".formatted(name, value, least, most));
        }
    }
}

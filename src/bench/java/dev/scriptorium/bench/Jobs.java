package dev.scriptorium.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.token.Tokenizer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/** Prompts for benchmarks: the same for the same arguments. */
final class Jobs {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> WORDS = List.of(
            ("the a cat dog house river tree small old bright day night walked found said once upon time little girl"
                + " boy bread water light made happy sad garden friend book story morning wind road never always went"
                + " home")
                    .split(" ", -1));

    private Jobs() {}

    record Line(String id, String prompt, int maxTokens, double temperature) {}

    /**
     * As Cosmopedia was made: each prompt is one of a few long templates with a short seed at its end, in any order.
     */
    static List<Line> templates(Tokenizer tokenizer, int templates, int templateTokens, int seeds, int outputTokens) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < templates; i++) {
            texts.add(text(tokenizer, templateTokens, new Random(i)));
        }
        List<Line> job = new ArrayList<>();
        for (int seed = 0; seed < seeds; seed++) {
            String words = words(12, new Random(10_000 + seed));
            job.add(new Line("s" + seed, texts.get(seed % templates) + " " + words, outputTokens, 0.8));
        }
        Collections.shuffle(job, new Random(1));
        return job;
    }

    /** Prompts of 8 to 200 tokens with 8 to 200 tokens of output. */
    static List<Line> mixed(Tokenizer tokenizer, int count) {
        Random random = new Random(2);
        List<Line> job = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String prompt = text(tokenizer, 8 + random.nextInt(193), random);
            job.add(new Line("m" + i, prompt, 8 + random.nextInt(193), i % 2 == 0 ? 0.0 : 0.8));
        }
        return job;
    }

    private static String text(Tokenizer tokenizer, int tokens, Random random) {
        StringBuilder text = new StringBuilder("The");
        while (tokenizer.encode(text.toString()).length < tokens) {
            text.append(' ').append(words(1 + tokens / 32, random));
        }
        return text.toString();
    }

    private static String words(int count, Random random) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append(i == 0 ? "" : " ").append(WORDS.get(random.nextInt(WORDS.size())));
        }
        return words.toString();
    }

    /** As {@code scriptorium run} reads them. */
    static List<String> lines(List<Line> job) {
        return job.stream()
                .map(line -> json(Map.of(
                        "id",
                        line.id(),
                        "prompt",
                        line.prompt(),
                        "max_tokens",
                        line.maxTokens(),
                        "temperature",
                        line.temperature(),
                        "top_k",
                        0,
                        "top_p",
                        1,
                        "repetition_penalty",
                        1,
                        "seed",
                        7)))
                .toList();
    }

    static List<Line> read(List<String> lines) {
        return lines.stream()
                .map(Jobs::parsed)
                .map(line -> new Line(
                        line.path("id").asText(),
                        line.path("prompt").asText(),
                        line.path("max_tokens").intValue(),
                        line.path("temperature").doubleValue()))
                .toList();
    }

    /** Tokens a second of a job that went through the pipeline: from the first step of any to the last completion. */
    static String span(List<String> completions) {
        Instant first = Instant.MAX;
        Instant last = Instant.MIN;
        long tokens = 0;
        for (String each : completions) {
            JsonNode completion = parsed(each);
            Instant end = Instant.parse(completion.path("completed_at").asText());
            JsonNode timings = completion.path("timings");
            long micros = timings.path("prefill_micros").longValue()
                    + timings.path("decode_micros").longValue();
            Instant start = end.minusNanos(1000 * micros);
            first = start.isBefore(first) ? start : first;
            last = end.isAfter(last) ? end : last;
            tokens += completion.path("usage").path("total_tokens").longValue();
        }
        double seconds = Duration.between(first, last).toNanos() / 1e9;
        return String.format(
                Locale.ROOT,
                "%-34s %8.1f s %9.0f tokens/s (%,d tokens, %,d completions)",
                "through the pipeline",
                seconds,
                tokens / seconds,
                tokens,
                completions.size());
    }

    private static JsonNode parsed(String line) {
        try {
            return JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(line, e);
        }
    }

    private static String json(Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}

package dev.scriptorium.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Prompts of many kinds, some of them wrong; equal for equal counts, so that runs can be compared. */
final class PromptSet {
    private static final List<String> BEGINNINGS = List.of(
            "Once upon a time", "The moon is", "How to bake bread:", "A short letter to the sea.", "Rain comes from");

    private PromptSet() {}

    /** One JSON object each, with the ids p0, p1, … */
    static List<String> of(int count, int tokensMax) {
        SplittableRandom random = new SplittableRandom(count);
        List<String> prompts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            prompts.add("{\"id\": \"p%d\", %s}".formatted(i, fields(random, tokensMax)));
        }
        return prompts;
    }

    private static String fields(SplittableRandom random, int tokensMax) {
        String text = BEGINNINGS.get(random.nextInt(BEGINNINGS.size())) + " " + random.nextInt(1000);
        // The seed is said, because the default one depends on the job, and the same prompts run in two jobs.
        String common =
                "\"seed\": %d, \"max_tokens\": %d".formatted(random.nextInt(100), 1 + random.nextInt(tokensMax));
        return switch (random.nextInt(20)) {
            case 0 -> "\"prompt\": \"%s\", \"temperature\": 9".formatted(text);
            case 1 -> "\"prompt\": \"%s\", %s".formatted("word ".repeat(3000), common);
            case 2, 3, 4 -> "\"messages\": [{\"role\": \"user\", \"content\": \"%s\"}], %s".formatted(text, common);
            case 5, 6, 7, 8 -> "\"prompt\": \"%s\", \"priority\": \"interactive\", %s".formatted(text, common);
            case 9, 10, 11, 12 -> "\"prompt\": \"%s\", \"temperature\": 0, %s".formatted(text, common);
            default -> "\"prompt\": \"%s\", \"temperature\": 0.9, %s".formatted(text, common);
        };
    }
}

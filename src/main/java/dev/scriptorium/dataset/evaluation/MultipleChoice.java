package dev.scriptorium.dataset.evaluation;

import java.util.List;

/**
 * A question with several answers of which one is right.
 *
 * @param id of the question in its file
 * @param context what the model is given
 * @param choices what it might go on with, without the space before
 * @param gold the right one's index
 */
public record MultipleChoice(String id, String context, List<String> choices, int gold) {
    public MultipleChoice {
        choices = List.copyOf(choices);
        if (context.isBlank()) {
            throw new IllegalArgumentException("a question must not be blank");
        }
        if (choices.size() < 2 || choices.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException("a question has at least 2 choices, none of them empty");
        }
        if (gold < 0 || gold >= choices.size()) {
            throw new IllegalArgumentException(
                    "the right answer is number %d of %d choices".formatted(gold, choices.size()));
        }
    }

    /** What the model reads to judge a choice: the context, a space, the choice. */
    public String text(int choice) {
        return context + " " + choices.get(choice);
    }

    /**
     * The context alone, whose tokens are not scored. White space at its end belongs to what follows, because with it
     * the tokens would be others.
     */
    public String scoredAfter() {
        return context.stripTrailing();
    }

    /**
     * Which choice the model would take, and whether it is the right one.
     *
     * @param plain by log likelihood ({@code acc})
     * @param normalized by log likelihood a character of the choice ({@code acc_norm})
     * @param byByte by log likelihood a UTF-8 byte of the choice
     */
    public record Taken(int plain, int normalized, int byByte) {}

    /** @param logLikelihoods of each choice after the context; of equal ones the first is taken */
    public Taken taken(double[] logLikelihoods) {
        double[] byCharacter = new double[logLikelihoods.length];
        double[] byByte = new double[logLikelihoods.length];
        for (int i = 0; i < logLikelihoods.length; i++) {
            String choice = choices.get(i);
            byCharacter[i] = logLikelihoods[i] / choice.codePointCount(0, choice.length());
            byByte[i] = logLikelihoods[i] / choice.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        }
        return new Taken(largest(logLikelihoods), largest(byCharacter), largest(byByte));
    }

    private static int largest(double[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }
}

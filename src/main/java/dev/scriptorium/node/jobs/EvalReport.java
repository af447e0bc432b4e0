package dev.scriptorium.node.jobs;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.dataset.evaluation.Accuracy;
import dev.scriptorium.dataset.evaluation.MultipleChoice;
import dev.scriptorium.wire.file.EchoedPrompt;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Accuracies, counted question by question. */
final class EvalReport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final int questions;
    private int scored;
    private int right;
    private int rightNormalized;
    private int rightByByte;
    private String model = "";
    private String weightsDigest = "";

    EvalReport(int questions) {
        this.questions = questions;
    }

    /** Questions that have no score because one of their requests was rejected. */
    int notScored() {
        return questions - scored;
    }

    /** @return what there is to say of this question */
    ObjectNode add(MultipleChoice question, @Nullable EchoedPrompt context, List<@Nullable EchoedPrompt> choices) {
        ObjectNode sample = JSON.createObjectNode();
        sample.put("id", question.id());
        sample.put("gold", question.gold());
        String error = error(context);
        for (EchoedPrompt choice : choices) {
            error = error != null ? error : error(choice);
        }
        if (error != null || context == null) {
            return sample.put("error", error);
        }
        double[] logLikelihoods = new double[choices.size()];
        ArrayNode values = sample.putArray("log_likelihoods");
        ArrayNode tokens = sample.putArray("tokens");
        for (int i = 0; i < choices.size(); i++) {
            EchoedPrompt choice = Objects.requireNonNull(choices.get(i));
            logLikelihoods[i] = choice.logLikelihoodFrom(context.logprobs().length);
            values.add(logLikelihoods[i]);
            tokens.add(choice.logprobs().length - context.logprobs().length);
        }
        MultipleChoice.Taken taken = question.taken(logLikelihoods);
        scored++;
        right += taken.plain() == question.gold() ? 1 : 0;
        rightNormalized += taken.normalized() == question.gold() ? 1 : 0;
        rightByByte += taken.byByte() == question.gold() ? 1 : 0;
        model = context.model();
        weightsDigest = context.weightsDigest();
        return sample.put("acc", taken.plain() == question.gold() ? 1 : 0)
                .put("acc_norm", taken.normalized() == question.gold() ? 1 : 0)
                .put("acc_bytes", taken.byByte() == question.gold() ? 1 : 0);
    }

    ObjectNode json() {
        ObjectNode report = JSON.createObjectNode();
        report.put("model", model).put("weights_digest", weightsDigest);
        report.put("questions", questions).put("scored", scored);
        put(report, "acc", Accuracy.of(right, scored));
        put(report, "acc_norm", Accuracy.of(rightNormalized, scored));
        put(report, "acc_bytes", Accuracy.of(rightByByte, scored));
        return report;
    }

    String table() {
        StringBuilder table = new StringBuilder(String.format(
                Locale.ROOT, "%s: %,d of %,d questions scored%n", model.isEmpty() ? "?" : model, scored, questions));
        line(table, "acc", Accuracy.of(right, scored));
        line(table, "acc_norm", Accuracy.of(rightNormalized, scored));
        line(table, "acc_bytes", Accuracy.of(rightByByte, scored));
        return table.toString();
    }

    private static void put(ObjectNode report, String name, Accuracy accuracy) {
        report.put(name, accuracy.value()).put(name + "_stderr", accuracy.stderr());
    }

    private static void line(StringBuilder table, String name, Accuracy accuracy) {
        table.append(String.format(Locale.ROOT, "%-10s %.4f ± %.4f%n", name, accuracy.value(), accuracy.stderr()));
    }

    private static @Nullable String error(@Nullable EchoedPrompt answer) {
        return answer == null ? "was not answered" : answer.error();
    }
}

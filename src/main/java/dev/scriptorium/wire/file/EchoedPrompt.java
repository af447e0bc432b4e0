package dev.scriptorium.wire.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.wire.AnswerWriter;
import dev.scriptorium.wire.UndecodableException;
import org.jspecify.annotations.Nullable;

/**
 * What an answer says of its own prompt, if that was to be repeated with log probabilities.
 *
 * @param id of the request
 * @param error the message of a rejection; null for a completion
 * @param logprobs of each token of the prompt after those before it; of the first one NaN
 * @param model that read it; empty for a rejection
 * @param weightsDigest likewise
 */
public record EchoedPrompt(String id, @Nullable String error, double[] logprobs, String model, String weightsDigest) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @param answer a plain answer, as {@link AnswerWriter} wrote it */
    public static EchoedPrompt of(String answer) {
        JsonNode object;
        try {
            object = JSON.readTree(answer);
        } catch (JsonProcessingException e) {
            throw new UndecodableException("the answer cannot be read: " + e.getOriginalMessage(), e);
        }
        JsonNode tokens = object.path("echo").path("logprobs").path("content");
        double[] logprobs = new double[tokens.size()];
        for (int i = 0; i < logprobs.length; i++) {
            JsonNode logprob = tokens.get(i).path("logprob");
            logprobs[i] = logprob.isNumber() ? logprob.doubleValue() : Double.NaN;
        }
        JsonNode error = object.path("error").path("message");
        return new EchoedPrompt(
                object.path("id").asText(),
                error.isTextual() ? error.textValue() : null,
                logprobs,
                object.path("model").asText(),
                object.path("weights_digest").asText());
    }

    /** The sum of the log probabilities of the tokens from there on. */
    public double logLikelihoodFrom(int token) {
        double sum = 0;
        for (int i = token; i < logprobs.length; i++) {
            sum += logprobs[i];
        }
        return sum;
    }
}

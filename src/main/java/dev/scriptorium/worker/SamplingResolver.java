package dev.scriptorium.worker;

import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.worker.Preparation.Refusal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Leaves nothing open about how a completion's tokens are chosen: the prompt's sampling (in which the pipeline's
 * defaults are filled in already) over the model's own defaults over neutral values.
 *
 * <p>Length: max_tokens, max_length less the prompt, and the model's context less the prompt all hold; the smallest
 * wins. Where nobody says a length, the context alone is the limit. As {@link Sampling#orElse} has it, a prompt that
 * says either length hides both of the model's.
 */
final class SamplingResolver {
    static final long SEED_MASK = (1L << 53) - 1;
    /** Neutral: the model's own distribution, untouched. */
    private static final Sampling NEUTRAL = new Sampling(null, null, 1.0, 0, 1.0, 0.0, 1.0, 0.0, 0.0, null, List.of());

    private final int contextLength;
    private final Sampling modelDefaults;
    private final String modelName;

    SamplingResolver(ServedModel served) {
        this.contextLength = served.model().contextLength();
        this.modelDefaults = served.defaults();
        this.modelName = served.provenance().model();
    }

    /** @throws Refusal if there is no room for one generated token */
    ResolvedSampling resolve(Prompt prompt, int promptTokens) throws Refusal {
        Sampling said = prompt.sampling();
        Sampling all = said.orElse(modelDefaults).orElse(NEUTRAL);
        int maxTokens = room(said, all, promptTokens);
        Long seed = all.seed();
        return new ResolvedSampling(
                maxTokens,
                orElse(all.temperature(), 1),
                all.topK() == null ? 0 : all.topK(),
                orElse(all.topP(), 1),
                orElse(all.minP(), 0),
                orElse(all.repetitionPenalty(), 1),
                orElse(all.frequencyPenalty(), 0),
                orElse(all.presencePenalty(), 0),
                seed == null ? defaultSeed(prompt.request()) : seed,
                all.stop() == null ? List.of() : all.stop(),
                prompt.answer().n(),
                Forms.digest(prompt.answer().format()));
    }

    private int room(Sampling said, Sampling all, int promptTokens) throws Refusal {
        if (promptTokens >= contextLength) {
            throw new Refusal(
                    ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                    ("the prompt has %d tokens, but the context of model '%s' is %d tokens and must also hold the"
                                    + " output; shorten the prompt to %d tokens or fewer")
                            .formatted(promptTokens, modelName, contextLength, contextLength - 1),
                    null);
        }
        int room = contextLength - promptTokens;
        Integer maxLength = all.maxLength();
        if (maxLength != null && maxLength <= promptTokens) {
            throw said.maxLength() == null
                    ? new Refusal(
                            ErrorCode.CONTEXT_LENGTH_EXCEEDED,
                            ("the prompt has %d tokens, but the generation_config of model '%s' says max_length %d for"
                                            + " prompt and output together; say max_tokens, or shorten the prompt")
                                    .formatted(promptTokens, modelName, maxLength),
                            null)
                    : new Refusal(
                            ErrorCode.INVALID_VALUE,
                            ("field 'max_length' is %d, but it counts prompt and output together and the prompt has %d"
                                            + " tokens; it must be at least %d")
                                    .formatted(maxLength, promptTokens, promptTokens + 1),
                            "max_length");
        }
        if (maxLength != null) {
            room = Math.min(room, maxLength - promptTokens);
        }
        Integer maxTokens = all.maxTokens();
        return maxTokens == null ? room : Math.min(room, maxTokens);
    }

    /**
     * The seed of a request that names none: the first 8 bytes, big-endian, of the SHA-256 of {@code job/id} in UTF-8,
     * without their 11 highest bits, because readers of JSON hold a number of 53 bits exactly. This is a promise to
     * users, who may compute it; it never changes.
     */
    static long defaultSeed(RequestId request) {
        byte[] digest = sha256().digest(request.key().getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(digest).getLong() & SEED_MASK;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static double orElse(@Nullable Double value, double neutral) {
        return value == null ? neutral : value;
    }
}

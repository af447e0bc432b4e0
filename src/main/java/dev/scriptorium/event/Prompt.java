package dev.scriptorium.event;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One request for one completion, which may hold several choices.
 *
 * @param request who it is
 * @param dialect the format it came in; the answer is written in the same
 * @param tenant on whose account, 1 to 128 characters; {@code default} where the user named none
 * @param model the model's name in the pipeline; null leaves the choice to the pipeline
 * @param input what to continue
 * @param sampling as far as the user said
 * @param answer what the answer holds
 * @param priority the class of service
 * @param deadline after which no answer is wanted; null for none
 * @param metadata up to 16 pairs that travel to the completion untouched (keys to 64, values to 512 characters, as
 *     OpenAI's)
 * @param source where it stood ({@code prompts.jsonl:17}), for error messages only; null if unknown
 * @param delivery how the answer is wanted
 */
public record Prompt(
        RequestId request,
        Dialect dialect,
        String tenant,
        @Nullable String model,
        Input input,
        Sampling sampling,
        AnswerSpec answer,
        Priority priority,
        @Nullable Instant deadline,
        Map<String, String> metadata,
        @Nullable String source,
        Delivery delivery) {
    public static final String DEFAULT_TENANT = "default";
    public static final int TENANT_CHARACTERS_MAX = 128;
    public static final int MODEL_CHARACTERS_MAX = 256;
    public static final int METADATA_PAIRS_MAX = 16;
    public static final int METADATA_KEY_CHARACTERS_MAX = 64;
    public static final int METADATA_VALUE_CHARACTERS_MAX = 512;

    public Prompt {
        if (tenant.isEmpty() || tenant.length() > TENANT_CHARACTERS_MAX) {
            throw new InvalidFieldException("tenant", tenant, "must be 1 to 128 characters");
        }
        if (model != null && (model.isEmpty() || model.length() > MODEL_CHARACTERS_MAX)) {
            throw new InvalidFieldException("model", model, "must be 1 to 256 characters");
        }
        requireSense(input, sampling, answer, delivery);
        metadata = Map.copyOf(metadata);
        if (metadata.size() > METADATA_PAIRS_MAX) {
            throw new InvalidFieldException("metadata", metadata.size() + " pairs", "must have at most 16 of them");
        }
        metadata.forEach((key, value) -> {
            if (key.isEmpty() || key.length() > METADATA_KEY_CHARACTERS_MAX) {
                throw new InvalidFieldException("metadata", key, "must have keys of 1 to 64 characters");
            }
            if (value.length() > METADATA_VALUE_CHARACTERS_MAX) {
                throw new InvalidFieldException("metadata." + key, value, "must be at most 512 characters");
            }
        });
    }

    /** One that asks for one plain text, whole. */
    public Prompt(
            RequestId request,
            Dialect dialect,
            String tenant,
            @Nullable String model,
            Input input,
            Sampling sampling,
            Priority priority,
            @Nullable Instant deadline,
            Map<String, String> metadata,
            @Nullable String source) {
        this(
                request,
                dialect,
                tenant,
                model,
                input,
                sampling,
                AnswerSpec.TEXT,
                priority,
                deadline,
                metadata,
                source,
                Delivery.WHOLE);
    }

    private static void requireSense(Input input, Sampling sampling, AnswerSpec answer, Delivery delivery) {
        boolean isChat = switch (input) {
            case Input.Text ignored -> false;
            case Input.Chat ignored -> true;
        };
        if (answer.echo() && isChat) {
            throw new InvalidFieldException("echo", true, "must be false with 'messages': only a text can be repeated");
        }
        if (delivery.stream() && answer.n() > 1) {
            throw new InvalidFieldException("n", answer.n(), "must be 1 with 'stream': one text at a time is streamed");
        }
        Integer maxTokens = sampling.maxTokens();
        if (maxTokens == null || maxTokens > 0) {
            return;
        }
        if (!answer.echo()) {
            throw new InvalidFieldException(
                    "max_tokens", maxTokens, "must be from 1 to 1048576; 0 is for a prompt with echo");
        }
        if (!answer.format().equals(ResponseFormat.TEXT)) {
            throw new InvalidFieldException("max_tokens", maxTokens, "must be at least 1 with a response_format");
        }
    }

    /** The same prompt with the pipeline's decisions filled in. */
    public Prompt resolved(String chosenModel, Sampling completed) {
        return new Prompt(
                request,
                dialect,
                tenant,
                chosenModel,
                input,
                completed,
                answer,
                priority,
                deadline,
                metadata,
                source,
                delivery);
    }
}

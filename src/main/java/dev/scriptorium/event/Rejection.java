package dev.scriptorium.event;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that ended without text, and why.
 *
 * @param message a full sentence for people: where, field, value found, rule, nearest right value
 * @param field the public name of the offending field, null if it is not about one
 * @param source where the prompt stood ({@code prompts.jsonl:17}), null if unknown
 * @param rejectedAt when it was decided
 * @param metadata the prompt's, as far as it could be read
 * @param retryable whether another attempt may well end otherwise: nothing is wrong with the request itself. It is for
 *     the router, which makes another attempt as long as the pipeline allows; users do not see it
 */
public record Rejection(
        RequestId request,
        Dialect dialect,
        String tenant,
        ErrorCode code,
        String message,
        @Nullable String field,
        @Nullable String source,
        Instant rejectedAt,
        Map<String, String> metadata,
        boolean retryable)
        implements Outcome {
    public Rejection {
        metadata = Map.copyOf(metadata);
    }

    /** One that is final. */
    public Rejection(
            RequestId request,
            Dialect dialect,
            String tenant,
            ErrorCode code,
            String message,
            @Nullable String field,
            @Nullable String source,
            Instant rejectedAt,
            Map<String, String> metadata) {
        this(request, dialect, tenant, code, message, field, source, rejectedAt, metadata, false);
    }

    /** The same as the end of an attempt only. */
    public Rejection asRetryable() {
        return new Rejection(request, dialect, tenant, code, message, field, source, rejectedAt, metadata, true);
    }

    /**
     * The rejection of a readable prompt; its message begins with the place where the prompt stood, if that is known.
     */
    public static Rejection of(
            Prompt prompt, ErrorCode code, String message, @Nullable String field, Instant rejectedAt) {
        return new Rejection(
                prompt.request(),
                prompt.dialect(),
                prompt.tenant(),
                code,
                prompt.source() == null ? message : prompt.source() + ": " + message,
                field,
                prompt.source(),
                rejectedAt,
                prompt.metadata());
    }
}

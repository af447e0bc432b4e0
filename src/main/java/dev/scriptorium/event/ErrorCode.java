package dev.scriptorium.event;

import java.util.Locale;

/**
 * Every reason for which a request ends without text; a closed list, documented in
 * {@code docs/reference/error-codes.md}.
 */
public enum ErrorCode {
    /** The bytes are neither JSON nor Avro of a known schema. */
    MALFORMED("The record is neither valid JSON nor Avro of a known schema. Correct it and send it again."),
    /** A field that this version does not know; nothing is ignored silently. */
    UNKNOWN_FIELD("The request has a field that is not known here; the message names it and the nearest known one."),
    /** A required field is not there. */
    MISSING_FIELD("A required field is missing; the message names it."),
    /** A field's value breaks its rule. */
    INVALID_VALUE("A field has a value outside its rule; the message says field, value and rule."),
    /** The record is larger than the pipeline takes. */
    PROMPT_TOO_LARGE("The record has more bytes than the pipeline takes. Shorten the prompt."),
    /** The id was used before in the same job, for something else. */
    ID_CONFLICT("The id was used before in the same job for other content. Use another id, or another job."),
    /** No such model in the pipeline. */
    MODEL_NOT_FOUND("The pipeline has no model of that name; the message lists those it has."),
    /** No route in the pipeline takes the prompt. */
    NO_ROUTE("No route of the pipeline matches the prompt. Add a route without conditions as the last one."),
    /** The prompt leaves no room for one token. */
    CONTEXT_LENGTH_EXCEEDED("The prompt has as many tokens as the model's context or more. Shorten it."),
    /** The model's chat template refused the messages. */
    TEMPLATE_ERROR("The model's chat template refused the messages; the message has the template's words."),
    /** The model produced no usable numbers. */
    NON_FINITE_LOGITS("The model computed a value that is not a finite number; its weights are probably damaged."),
    /** The text that the schema asks for was not finished. */
    SCHEMA_VIOLATION(
            "The text ended before it was what response_format asks for, because max_tokens or a stop text ended it."
                    + " Allow more tokens."),
    /** The deadline passed before the text was finished. */
    DEADLINE_EXCEEDED("The request's deadline passed before its text was finished."),
    /** A worker failed while it worked on this. */
    WORKER_FAILED("The worker failed on this request; the message has the cause."),
    /** Somebody cancelled it. */
    CANCELLED(
            "The request was cancelled: by a tombstone under its id, or by a control event for it, its job or tenant."),
    /** The tenant has as much in flight as the pipeline allows. */
    QUOTA_EXCEEDED(
            "The tenant has as many requests or tokens in flight as the pipeline allows. Wait for answers, then send"
                    + " it again under another id.");

    private final String explanation;

    ErrorCode(String explanation) {
        this.explanation = explanation;
    }

    /** The name as events carry it: {@code context_length_exceeded}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** One sentence for the reference: what happened and what to do. */
    public String explanation() {
        return explanation;
    }
}

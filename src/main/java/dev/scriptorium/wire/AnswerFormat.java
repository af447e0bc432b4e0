package dev.scriptorium.wire;

/** How completions and rejections are written for users. */
public enum AnswerFormat {
    /** In the prompt's own dialect: the default. */
    AS_PROMPT,
    /** Avro single-object encoding of {@code schemas/completion.avsc} or {@code rejection.avsc}. */
    AVRO,
    /** JSON: OpenAI lines for OpenAI lines, plain objects for everything else. */
    JSON
}

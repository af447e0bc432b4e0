package dev.scriptorium.event;

/** The format a prompt was written in; its completion is answered in kind. */
public enum Dialect {
    /** Avro single-object encoding of {@code schemas/prompt.avsc}. */
    AVRO,
    /** One JSON object {@code {"id":…, "prompt":…}} or {@code {"id":…, "messages":…}}. */
    PLAIN,
    /** An OpenAI batch line for {@code /v1/chat/completions}. */
    OPENAI_CHAT,
    /** An OpenAI batch line for {@code /v1/completions}. */
    OPENAI_COMPLETIONS
}

package dev.scriptorium.wire.confluent;

/**
 * What a schema registry has to do with a pipeline.
 *
 * @param writers of prompts in Confluent's wire format
 * @param frame of answers in Avro
 */
public record Registered(WriterSchemas writers, AnswerFrame frame) {
    /** No registry. */
    public static final Registered NONE = new Registered(WriterSchemas.NONE, AnswerFrame.NONE);
}

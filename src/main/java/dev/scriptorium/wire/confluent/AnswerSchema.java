package dev.scriptorium.wire.confluent;

import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;

/** What users get from us in Avro, as schemas that a registry can be told. */
public enum AnswerSchema {
    COMPLETION("completion"),
    REJECTION("rejection"),
    PIECE("completion", "token-chunk");

    private final Schema schema;

    /** @param files each after those whose types it names */
    AnswerSchema(String... files) {
        this.schema = WriterSchema.ours(files);
    }

    /** The whole schema as JSON, with its documentation, and with all types that it names. */
    public String text() {
        return schema.toString();
    }

    /** The full name of its record. */
    public String fullName() {
        return schema.getFullName();
    }

    /** Its CRC-64 fingerprint as 16 hex digits, which the header {@link AnswerFrame#SCHEMA_HEADER} tells. */
    public String fingerprint() {
        return "%016x".formatted(SchemaNormalization.parsingFingerprint64(schema));
    }
}

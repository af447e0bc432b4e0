package dev.scriptorium.grammar;

/** The documents that a schema asks for; immutable. */
public final class Grammar {
    private final Rule root;

    private Grammar(Rule root) {
        RuleCheck.check(root);
        this.root = root;
    }

    /** Any JSON object. */
    public static Grammar jsonObject() {
        return new Grammar(AnyJson.object());
    }

    /**
     * JSON that a schema accepts.
     *
     * @param schema JSON Schema, draft 2020-12 or earlier, as JSON text
     * @throws UnsupportedSchemaException if it is wrong, accepts nothing, or has a keyword that is not enforced here
     */
    public static Grammar jsonSchema(String schema) {
        return new Grammar(JsonSchemas.read(schema));
    }

    /**
     * The JSON encoding of one datum of an Avro schema, as Avro's JsonDecoder reads it.
     *
     * @throws UnsupportedSchemaException if it is wrong, has no finite datum, or a logical type not enforced here
     */
    public static Grammar avroSchema(String schema) {
        return new Grammar(AvroSchemas.read(schema));
    }

    Rule root() {
        return root;
    }

    public Automaton automaton(TokenTrie trie) {
        return new Automaton(this, trie);
    }
}

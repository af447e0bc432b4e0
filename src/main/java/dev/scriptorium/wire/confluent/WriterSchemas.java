package dev.scriptorium.wire.confluent;

/** The schemas of a registry, as far as this process knows them by now. */
public interface WriterSchemas {
    /** Knows none and never will; for pictures of topologies and the like. */
    WriterSchemas NONE = id -> new Lookup.Pending("nobody asks the registry");

    /**
     * Looks in memory and never waits; an id that is not known yet is asked for meanwhile. What an id stands for never
     * changes.
     */
    Lookup find(int id);

    /** What is known of an id. */
    sealed interface Lookup {
        record Known(WriterSchema schema) implements Lookup {}

        /** @param reason as a clause: the registry has no such schema, or one that cannot be a prompt's */
        record Unknown(String reason) implements Lookup {}

        /** @param reason as a clause: why the registry has not answered so far */
        record Pending(String reason) implements Lookup {}
    }
}

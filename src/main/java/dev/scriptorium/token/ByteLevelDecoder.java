package dev.scriptorium.token;

/**
 * Pieces of bytes to text as Hugging Face's ByteLevel decoder does it: the bytes of all pieces in a row are UTF-8, with
 * U+FFFD for what is not. Bytes that may yet become a character are held back; control tokens neither show nor end one.
 */
final class ByteLevelDecoder implements Tokenizer.TextDecoder {
    private final Vocabulary vocabulary;
    private final Utf8Stream utf8 = new Utf8Stream();

    ByteLevelDecoder(Vocabulary vocabulary) {
        this.vocabulary = vocabulary;
    }

    @Override
    public String push(int id) {
        vocabulary.require(id);
        return switch (vocabulary.kind(id)) {
            case CONTROL, UNKNOWN, UNUSED -> "";
            case NORMAL, USER_DEFINED, BYTE -> utf8.push(ByteLevelAlphabet.bytes(vocabulary.piece(id)));
        };
    }

    @Override
    public String finish() {
        return utf8.finish();
    }
}

package dev.scriptorium.token;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Pieces to text as Hugging Face's decoder does it: a run of byte tokens is either UTF-8 as a whole or one U+FFFD a
 * byte. So a run is held back until a piece of text ends it; control tokens neither show nor end it.
 */
final class ByteFallbackDecoder implements Tokenizer.TextDecoder {
    private final Vocabulary vocabulary;
    private final ByteArrayOutputStream run = new ByteArrayOutputStream();
    private boolean stripsSpace;

    /** @param stripsSpace whether the one space that starts the text is the tokenizer's own and not shown */
    ByteFallbackDecoder(Vocabulary vocabulary, boolean stripsSpace) {
        this.vocabulary = vocabulary;
        this.stripsSpace = stripsSpace;
    }

    @Override
    public String push(int id) {
        vocabulary.require(id);
        return switch (vocabulary.kind(id)) {
            case CONTROL, UNKNOWN, UNUSED -> "";
            case BYTE -> {
                run.write(vocabulary.byteOfId(id));
                yield "";
            }
            case NORMAL, USER_DEFINED -> shown(endOfRun() + vocabulary.piece(id).replace(SpaceMarking.MARK, ' '));
        };
    }

    @Override
    public String finish() {
        return shown(endOfRun());
    }

    private String endOfRun() {
        if (run.size() == 0) {
            return "";
        }
        byte[] bytes = run.toByteArray();
        run.reset();
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return "\uFFFD".repeat(bytes.length);
        }
    }

    private String shown(String text) {
        if (!stripsSpace || text.isEmpty()) {
            return text;
        }
        stripsSpace = false;
        return text.charAt(0) == ' ' ? text.substring(1) : text;
    }
}

package dev.scriptorium.worker;

import dev.scriptorium.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/** One character a token: id 1 begins, id 2 ends, 3 and up are {@code A}, {@code B}, … */
final class FakeTokenizer implements Tokenizer {
    static final int BEGIN = 1;
    static final int END = 2;
    private static final int FIRST_LETTER = 3;
    private static final List<String> PIECES = IntStream.range(0, FakeModel.VOCABULARY_SIZE)
            .mapToObj(id -> String.valueOf((char) ('A' + id - FIRST_LETTER)))
            .toList();

    static int id(char letter) {
        return letter - 'A' + FIRST_LETTER;
    }

    @Override
    public int vocabularySize() {
        return FakeModel.VOCABULARY_SIZE;
    }

    @Override
    public int beginId() {
        return BEGIN;
    }

    @Override
    public boolean addsBegin() {
        return true;
    }

    @Override
    public int[] encode(String text) {
        if (text.contains("!")) {
            throw new IllegalArgumentException("this tokenizer cannot bear exclamation marks");
        }
        return text.chars().map(letter -> id((char) letter)).toArray();
    }

    @Override
    public int[] encodeWithControlTokens(String text) {
        return encode(text);
    }

    @Override
    public String piece(int id) {
        return PIECES.get(id);
    }

    @Override
    public byte[] bytes(int id) {
        return isControl(id) ? new byte[0] : piece(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isControl(int id) {
        return id < FIRST_LETTER;
    }

    @Override
    public TextDecoder continuation() {
        return decoder();
    }

    @Override
    public TextDecoder decoder() {
        return new TextDecoder() {
            @Override
            public String push(int id) {
                return piece(id);
            }

            @Override
            public String finish() {
                return "";
            }
        };
    }
}

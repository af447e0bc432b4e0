package dev.scriptorium.worker.text;

import dev.scriptorium.event.TokenLogprob;
import dev.scriptorium.event.TokenLogprob.Alternative;
import dev.scriptorium.event.TokenLogprob.Token;
import dev.scriptorium.sample.LogProbabilities;
import dev.scriptorium.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The log probabilities of one text's tokens, in the order in which they come. */
final class Logprobs {
    private final Tokenizer tokenizer;
    private final int alternatives;
    private final boolean ownText;
    private final List<TokenLogprob> tokens = new ArrayList<>();
    private int codePoints;
    private boolean begun;

    /**
     * @param alternatives how many of the likeliest tokens to tell beside each
     * @param ownText whether it does not go on after another text, so that a space which is the tokenizer's own does
     *     not show
     */
    Logprobs(Tokenizer tokenizer, int alternatives, boolean ownText) {
        this.tokenizer = tokenizer;
        this.alternatives = alternatives;
        this.ownText = ownText;
    }

    int size() {
        return tokens.size();
    }

    List<TokenLogprob> toList() {
        return List.copyOf(tokens);
    }

    /** A token that nothing comes before, so that it has no probability. */
    void addFirst(int id) {
        tokens.add(new TokenLogprob(token(id), null, offsetOf(id), List.of()));
    }

    /** @param logits the row that the token was chosen from, of the model's whole vocabulary */
    void add(int id, float[] logits, int offset, int size) {
        LogProbabilities probabilities = new LogProbabilities(logits, offset, size);
        List<Alternative> top = new ArrayList<>();
        for (int likely : probabilities.likeliest(alternatives)) {
            top.add(new Alternative(token(likely), probabilities.of(likely)));
        }
        tokens.add(new TokenLogprob(token(id), probabilities.of(id), offsetOf(id), top));
    }

    /** Where the next token begins; a byte that goes on with a character begins where the character does. */
    private int offsetOf(int id) {
        byte[] bytes = tokenizer.bytes(id);
        int from = 0;
        if (bytes.length > 0 && !begun) {
            begun = true;
            from = ownText && bytes[0] == ' ' && stripsFirstSpace(id) ? 1 : 0;
        }
        boolean goesOn = bytes.length > from && isContinuation(bytes[from]) && codePoints > 0;
        int offset = goesOn ? codePoints - 1 : codePoints;
        for (int i = from; i < bytes.length; i++) {
            codePoints += isContinuation(bytes[i]) ? 0 : 1;
        }
        return offset;
    }

    private boolean stripsFirstSpace(int id) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        return !(decoder.push(id) + decoder.finish()).startsWith(" ");
    }

    private static boolean isContinuation(byte b) {
        return (b & 0xc0) == 0x80;
    }

    private Token token(int id) {
        if (id >= tokenizer.vocabularySize()) {
            // A model may have more rows than its tokenizer has tokens.
            return new Token(id, "<" + id + ">", null);
        }
        byte[] bytes = tokenizer.bytes(id);
        return bytes.length == 0
                ? new Token(id, tokenizer.piece(id), null)
                : new Token(
                        id, new String(bytes, StandardCharsets.UTF_8), new String(bytes, StandardCharsets.ISO_8859_1));
    }
}

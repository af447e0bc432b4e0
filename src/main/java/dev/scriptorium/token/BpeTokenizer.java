package dev.scriptorium.token;

import dev.scriptorium.token.AddedTokens.AddedToken;
import java.util.List;
import java.util.stream.IntStream;

/**
 * SentencePiece-style byte-pair encoding with byte fallback, as Llama-2 and Mistral have it. Text goes through four
 * steps: added tokens are cut out, spaces are marked, characters become pieces, pieces merge.
 */
public final class BpeTokenizer implements Tokenizer {
    private final Vocabulary vocabulary;
    private final BytePairEncoder encoder;
    private final AddedTokens added;
    private final List<String> controlSpellings;
    private final Rules rules;

    /**
     * @param spaces how spaces are marked
     * @param stripsFirstSpace whether decoded text loses the one space that starts it
     * @param addsBegin whether plain prompts start with the begin token
     * @param beginId the begin token, or -1
     */
    public record Rules(SpaceMarking spaces, boolean stripsFirstSpace, boolean addsBegin, int beginId) {}

    /**
     * @param added tokens that are found by their spelling, control tokens among them
     * @throws IllegalArgumentException if an id lies outside the vocabulary
     */
    public BpeTokenizer(Vocabulary vocabulary, BytePairEncoder encoder, AddedTokens added, Rules rules) {
        for (AddedToken token : added.tokens()) {
            if (token.id() < 0 || token.id() >= vocabulary.size()) {
                throw new IllegalArgumentException("added token '" + token.spelling() + "' has id " + token.id()
                        + ", outside the vocabulary of " + vocabulary.size());
            }
        }
        if (rules.beginId() < -1 || rules.beginId() >= vocabulary.size()) {
            throw new IllegalArgumentException(
                    "begin token id " + rules.beginId() + " is outside the vocabulary of " + vocabulary.size());
        }
        if (rules.addsBegin() && rules.beginId() == -1) {
            throw new IllegalArgumentException("prompts are to start with a begin token, and there is none");
        }
        this.vocabulary = vocabulary;
        this.encoder = encoder;
        this.added = added;
        this.controlSpellings = added.tokens().stream()
                .filter(AddedToken::control)
                .map(AddedToken::spelling)
                .toList();
        this.rules = rules;
    }

    @Override
    public int vocabularySize() {
        return vocabulary.size();
    }

    @Override
    public int beginId() {
        return rules.beginId();
    }

    @Override
    public boolean addsBegin() {
        return rules.addsBegin();
    }

    @Override
    public int[] encode(String text) {
        IntStream.Builder ids = IntStream.builder();
        encodeText(text, true, ids);
        return ids.build().toArray();
    }

    @Override
    public int[] encodeWithControlTokens(String text) {
        return encodeTrusted(text, "");
    }

    /**
     * As {@link #encodeWithControlTokens}, but {@code mark} is dropped from the text after control tokens were looked
     * for: a spelling with a mark inside is text.
     */
    int[] encodeTrusted(String text, String mark) {
        IntStream.Builder ids = IntStream.builder();
        for (AddedTokens.Part part : added.split(text, true)) {
            AddedToken token = part.token();
            if (token != null) {
                ids.accept(token.id());
            } else {
                String stretch = text.substring(part.begin(), part.end());
                encodeText(mark.isEmpty() ? stretch : stretch.replace(mark, ""), part.begin() == 0, ids);
            }
        }
        return ids.build().toArray();
    }

    private void encodeText(String text, boolean first, IntStream.Builder ids) {
        for (AddedTokens.Part part : added.split(text, false)) {
            AddedToken token = part.token();
            if (token != null) {
                ids.accept(token.id());
                continue;
            }
            String stretch = text.substring(part.begin(), part.end());
            for (String word : rules.spaces().words(stretch, first && part.begin() == 0)) {
                encoder.encode(word, ids);
            }
        }
    }

    /** The spellings that {@link #encodeWithControlTokens} takes for control tokens. */
    List<String> controlSpellings() {
        return controlSpellings;
    }

    @Override
    public String piece(int id) {
        return vocabulary.piece(id);
    }

    @Override
    public boolean isControl(int id) {
        return switch (vocabulary.kind(id)) {
            case CONTROL, UNKNOWN, UNUSED -> true;
            case NORMAL, USER_DEFINED, BYTE -> false;
        };
    }

    @Override
    public TextDecoder decoder() {
        return new ByteFallbackDecoder(vocabulary, rules.stripsFirstSpace());
    }

    @Override
    public TextDecoder continuation() {
        return new ByteFallbackDecoder(vocabulary, false);
    }
}

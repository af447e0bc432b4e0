package dev.scriptorium.token;

import dev.scriptorium.token.AddedTokens.AddedToken;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Byte-pair encoding, with byte fallback as Llama-2 and Mistral have it, or of bytes as GPT-2 and Llama-3 have it. Text
 * goes through four steps: added tokens are cut out, the rest is cut into words in the spelling of the vocabulary,
 * their characters become pieces, pieces merge.
 */
public final class BpeTokenizer implements Tokenizer {
    private static final int REPLACEMENT = 0xFFFD;

    private final Vocabulary vocabulary;
    private final BytePairEncoder encoder;
    private final AddedTokens added;
    private final AddedTokens control;
    private final Rules rules;

    /** How pieces become text again. */
    public enum Decoding {
        /** Marks are spaces, and byte tokens spell what has no piece. */
        BYTE_FALLBACK,
        /** The same, and the space that starts a text of its own does not show. */
        BYTE_FALLBACK_WITHOUT_FIRST_SPACE,
        /** The characters of a piece stand for bytes. */
        BYTE_LEVEL
    }

    /**
     * @param words how text is cut into words
     * @param whole tokens that are found in words as they are in the vocabulary's spelling, and merge with nothing
     * @param decoding how pieces become text
     * @param addsBegin whether plain prompts start with the begin token
     * @param beginId the begin token, or -1
     */
    public record Rules(PreTokenizer words, AddedTokens whole, Decoding decoding, boolean addsBegin, int beginId) {}

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
        this.control = new AddedTokens(
                added.tokens().stream().filter(AddedToken::control).toList());
        this.rules = rules;
    }

    /** All pieces and what they are. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** All merges, the most urgent first. */
    public List<MergeTable.Merge> merges() {
        return encoder.merges().ordered();
    }

    /** Whether a word that is a piece is taken as it is, whatever its merges say. */
    public boolean ignoresMerges() {
        return encoder.options().ignoresMerges();
    }

    /** How text becomes words, and pieces text. */
    public Rules rules() {
        return rules;
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
        encodeText(withoutHalfPairs(text), true, ids);
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
        String trusted = withoutHalfPairs(text);
        for (AddedTokens.Part part : added.split(trusted, true)) {
            AddedToken token = part.token();
            if (token != null) {
                ids.accept(token.id());
            } else {
                String stretch = trusted.substring(part.begin(), part.end());
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
            for (String word : rules.words().words(stretch, first && part.begin() == 0)) {
                encodeWord(word, ids);
            }
        }
    }

    private void encodeWord(String word, IntStream.Builder ids) {
        for (AddedTokens.Part part : rules.whole().split(word, true)) {
            AddedToken token = part.token();
            if (token != null) {
                ids.accept(token.id());
            } else {
                encoder.encode(word.substring(part.begin(), part.end()), ids);
            }
        }
    }

    /** Java strings may hold half a surrogate pair; text in any other place cannot. */
    private static String withoutHalfPairs(String text) {
        if (text.codePoints().noneMatch(BpeTokenizer::isHalfPair)) {
            return text;
        }
        return text.codePoints()
                .map(codePoint -> isHalfPair(codePoint) ? REPLACEMENT : codePoint)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static boolean isHalfPair(int codePoint) {
        return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
    }

    /** The tokens that {@link #encodeWithControlTokens} finds in text, and {@link #encode} does not. */
    AddedTokens controlTokens() {
        return control;
    }

    @Override
    public String piece(int id) {
        return vocabulary.piece(id);
    }

    @Override
    public byte[] bytes(int id) {
        return switch (vocabulary.kind(id)) {
            case CONTROL, UNKNOWN, UNUSED -> new byte[0];
            case BYTE ->
                rules.decoding() == Decoding.BYTE_LEVEL
                        ? spelled(vocabulary.piece(id))
                        : new byte[] {(byte) vocabulary.byteOfId(id)};
            case NORMAL, USER_DEFINED -> spelled(vocabulary.piece(id));
        };
    }

    private byte[] spelled(String piece) {
        return switch (rules.decoding()) {
            case BYTE_FALLBACK, BYTE_FALLBACK_WITHOUT_FIRST_SPACE ->
                piece.replace(SpaceMarking.MARK, ' ').getBytes(StandardCharsets.UTF_8);
            case BYTE_LEVEL -> ByteLevelAlphabet.bytes(piece);
        };
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
        return switch (rules.decoding()) {
            case BYTE_FALLBACK -> new ByteFallbackDecoder(vocabulary, false);
            case BYTE_FALLBACK_WITHOUT_FIRST_SPACE -> new ByteFallbackDecoder(vocabulary, true);
            case BYTE_LEVEL -> new ByteLevelDecoder(vocabulary);
        };
    }

    @Override
    public TextDecoder continuation() {
        return switch (rules.decoding()) {
            case BYTE_FALLBACK, BYTE_FALLBACK_WITHOUT_FIRST_SPACE -> new ByteFallbackDecoder(vocabulary, false);
            case BYTE_LEVEL -> new ByteLevelDecoder(vocabulary);
        };
    }
}

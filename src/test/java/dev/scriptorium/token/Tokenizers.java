package dev.scriptorium.token;

import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;

/** Small vocabularies for tests: three control tokens, the 256 bytes, then some pieces. */
final class Tokenizers {
    static final int BEGIN = 1;
    static final int END = 2;
    static final int FIRST_BYTE = 3;
    static final int FIRST_PIECE = FIRST_BYTE + 256;

    private Tokenizers() {}

    /** Pieces by urgency: the earlier merges first. */
    static BpeTokenizer of(SpaceMarking spaces, List<String> pieces) {
        return of(spaces, pieces, List.of());
    }

    static BpeTokenizer of(SpaceMarking spaces, List<String> pieces, List<AddedToken> more) {
        Vocabulary vocabulary = vocabulary(pieces);
        float[] scores = new float[vocabulary.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = -id;
        }
        List<AddedToken> added = new ArrayList<>(more);
        added.add(new AddedToken("<unk>", 0, true, false, false));
        added.add(new AddedToken("<s>", BEGIN, true, false, false));
        added.add(new AddedToken("</s>", END, true, false, false));
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(
                        vocabulary,
                        MergeTable.scored(vocabulary, scores),
                        new BytePairEncoder.Options(true, true, false)),
                new AddedTokens(added),
                new BpeTokenizer.Rules(
                        spaces,
                        AddedTokens.NONE,
                        spaces.prefix() == SpaceMarking.Prefix.NEVER
                                ? BpeTokenizer.Decoding.BYTE_FALLBACK
                                : BpeTokenizer.Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE,
                        true,
                        BEGIN));
    }

    static BpeTokenizer llama(String... pieces) {
        return of(new SpaceMarking(SpaceMarking.Prefix.ALWAYS, false), List.of(pieces));
    }

    static Vocabulary vocabulary(List<String> more) {
        List<String> pieces = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        List<Kind> kinds = new ArrayList<>(List.of(Kind.UNKNOWN, Kind.CONTROL, Kind.CONTROL));
        for (int value = 0; value < 256; value++) {
            pieces.add("<0x%02X>".formatted(value));
            kinds.add(Kind.BYTE);
        }
        for (String piece : more) {
            pieces.add(piece);
            kinds.add(Kind.NORMAL);
        }
        return new Vocabulary(pieces, kinds);
    }

    static String decode(Tokenizer tokenizer, int... ids) {
        Tokenizer.TextDecoder decoder = tokenizer.decoder();
        StringBuilder text = new StringBuilder();
        for (int id : ids) {
            text.append(decoder.push(id));
        }
        return text.append(decoder.finish()).toString();
    }
}

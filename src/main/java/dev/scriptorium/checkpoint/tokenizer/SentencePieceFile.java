package dev.scriptorium.checkpoint.tokenizer;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.token.AddedTokens;
import dev.scriptorium.token.AddedTokens.AddedToken;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.BytePairEncoder;
import dev.scriptorium.token.MergeTable;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads tokenizer.model, SentencePiece's ModelProto, as far as it is BPE without a normalization table.
 *
 * @see <a href="https://github.com/google/sentencepiece/blob/master/src/sentencepiece_model.proto">the format</a>
 */
final class SentencePieceFile {
    private static final int BPE = 2;
    private static final int UNIGRAM = 1;

    private final String label;
    private final BeginRule begin;
    private final Pieces pieces;
    private final List<Float> scores = new ArrayList<>();
    private final List<AddedToken> inText = new ArrayList<>(); // found in text as it stands
    private final List<AddedToken> whole = new ArrayList<>(); // found in text with its spaces marked

    // What the file does not say has the default of the format.
    private long modelType = UNIGRAM;
    private boolean bytesForUnknown;
    private boolean marksFirst = true;
    private boolean collapsesSpaces = true;
    private int ownBeginId = 1;

    private SentencePieceFile(String label, @Nullable Integer vocabularySize, BeginRule begin) {
        this.label = label;
        this.begin = begin;
        this.pieces = new Pieces(label, vocabularySize);
    }

    /**
     * @param label what to call the file in an error
     * @param vocabularySize rows of the embedding, or null if no model is there
     * @param more tokens that files beside this one add; one that is here already must be the same
     */
    static BpeTokenizer read(
            String label, byte[] bytes, @Nullable Integer vocabularySize, BeginRule begin, List<AddedToken> more) {
        SentencePieceFile file = new SentencePieceFile(label, vocabularySize, begin);
        file.readModel(new ProtobufReader(label, bytes));
        more.forEach(file::add);
        return file.tokenizer();
    }

    private CheckpointException refuse(String why) {
        return new CheckpointException(label + ": " + why);
    }

    private void readModel(ProtobufReader model) {
        while (model.next()) {
            switch (model.field()) {
                case 1 -> readPiece(model.message("piece " + pieces.count()));
                case 2 -> readTrainer(model.message("trainer_spec"));
                case 3 -> readNormalizer(model.message("normalizer_spec"));
                default -> {}
            }
        }
        if (modelType != BPE) {
            throw refuse("trainer_spec.model_type is " + modelType + (modelType == UNIGRAM ? " (UNIGRAM)" : "")
                    + ", but only 2 (BPE) is read");
        }
    }

    private void readPiece(ProtobufReader piece) {
        String spelling = "";
        float score = 0;
        long type = 1;
        while (piece.next()) {
            switch (piece.field()) {
                case 1 -> spelling = piece.text();
                case 2 -> score = piece.float32();
                case 3 -> type = piece.number();
                default -> {}
            }
        }
        int id = pieces.count();
        if (id > pieces.idMax()) {
            throw refuse(
                    "has more than " + (pieces.idMax() + 1) + " pieces, but the model has ids 0 to " + pieces.idMax());
        }
        if (spelling.isEmpty() || spelling.length() > MergeTable.PIECE_CHARACTERS_MAX) {
            throw piece.refuse("has a spelling of " + spelling.length() + " characters, but 1 to "
                    + MergeTable.PIECE_CHARACTERS_MAX + " are allowed");
        }
        if (Float.isNaN(score)) {
            throw piece.refuse("its score is not a number");
        }
        if (type < 1 || type > Kind.values().length) {
            throw piece.refuse("its type is " + type + ", but must be 1 to " + Kind.values().length);
        }
        Kind kind = Kind.values()[(int) type - 1];
        if (kind == Kind.BYTE && Vocabulary.byteOf(spelling) < 0) {
            throw piece.refuse("is a byte, but is spelled '" + spelling + "', not like '<0x41>'");
        }
        scores.add(score);
        pieces.put(id, spelling, kind);
        switch (kind) {
            case UNKNOWN, CONTROL -> inText.add(new AddedToken(spelling, id, true, false, false));
            case USER_DEFINED -> whole.add(new AddedToken(spelling, id, false, false, false));
            case NORMAL, UNUSED, BYTE -> {}
        }
    }

    private void readTrainer(ProtobufReader trainer) {
        while (trainer.next()) {
            switch (trainer.field()) {
                case 3 -> modelType = trainer.number();
                case 24 -> {
                    if (trainer.truth()) {
                        throw trainer.refuse("treat_whitespace_as_suffix is true, but marks stand before words only");
                    }
                }
                case 35 -> bytesForUnknown = trainer.truth();
                case 41 -> ownBeginId = (int) trainer.number();
                default -> {}
            }
        }
    }

    private void readNormalizer(ProtobufReader normalizer) {
        String name = "";
        while (normalizer.next()) {
            switch (normalizer.field()) {
                case 1 -> name = normalizer.text();
                case 2 -> {
                    if (normalizer.length() > 0) {
                        throw normalizer.refuse(
                                "the table of '" + name + "' is not read; only 'identity' is," + " which has none");
                    }
                }
                case 3 -> marksFirst = normalizer.truth();
                case 4 -> collapsesSpaces = normalizer.truth();
                case 5 -> {
                    if (!normalizer.truth()) {
                        throw normalizer.refuse("escape_whitespaces is false, but spaces are always marked");
                    }
                }
                default -> {}
            }
        }
    }

    private void add(AddedToken token) {
        if (token.id() < pieces.count() && !pieces.piece(token.id()).isEmpty()) {
            if (!pieces.piece(token.id()).equals(token.spelling())) {
                throw refuse("piece " + token.id() + " is '" + pieces.piece(token.id()) + "', but the files beside"
                        + " it have the added token '" + token.spelling() + "' there");
            }
            return;
        }
        if (token.id() < 0 || token.id() > pieces.idMax()) {
            throw refuse("the added token '" + token.spelling() + "' has id " + token.id()
                    + ", but the model has ids 0 to " + pieces.idMax());
        }
        pieces.put(token.id(), token.spelling(), token.control() ? Kind.CONTROL : Kind.USER_DEFINED);
        inText.add(token);
    }

    private BpeTokenizer tokenizer() {
        Vocabulary vocabulary = pieces.vocabulary();
        float[] byId = new float[vocabulary.size()];
        for (int id = 0; id < scores.size(); id++) {
            byId[id] = scores.get(id);
        }
        int beginId = pieces.beginId(begin, vocabulary);
        if (beginId < 0
                && ownBeginId >= 0
                && ownBeginId < vocabulary.size()
                && vocabulary.kind(ownBeginId) == Kind.CONTROL) {
            beginId = ownBeginId;
        }
        // Llama's own tokenizer starts prompts with the begin token unless its config says otherwise.
        boolean addsBegin = beginId >= 0 && !Boolean.FALSE.equals(begin.added());
        return new BpeTokenizer(
                vocabulary,
                new BytePairEncoder(
                        vocabulary,
                        MergeTable.scored(vocabulary, byId),
                        new BytePairEncoder.Options(bytesForUnknown, true, false)),
                new AddedTokens(inText),
                new BpeTokenizer.Rules(
                        new SpaceMarking(
                                marksFirst ? SpaceMarking.Prefix.ALWAYS : SpaceMarking.Prefix.NEVER,
                                false,
                                collapsesSpaces),
                        new AddedTokens(whole),
                        marksFirst
                                ? BpeTokenizer.Decoding.BYTE_FALLBACK_WITHOUT_FIRST_SPACE
                                : BpeTokenizer.Decoding.BYTE_FALLBACK,
                        addsBegin,
                        beginId));
    }
}

package dev.scriptorium.checkpoint.convert;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.gguf.GgufPreTokenizer;
import dev.scriptorium.checkpoint.gguf.GgufWriter;
import dev.scriptorium.checkpoint.gguf.LlamaMetadata;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.MergeTable.Merge;
import dev.scriptorium.token.SpaceMarking;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * A tokenizer as a GGUF file has it. Of bytes: pieces, merges, and the name of the patterns that cut text. With byte
 * fallback: a score a piece in the place of merges; the piece of an earlier merge gets the higher score, so that both
 * merge in the same order.
 */
final class VocabularyToGguf {
    private static final float NEVER_MERGED = -1e9f;

    private final GgufWriter writer;
    private final String source;
    private final CheckpointFiles.Contents contents;
    private final BpeTokenizer tokenizer;
    private final Vocabulary vocabulary;

    /** @param source what to call the model in an error */
    VocabularyToGguf(GgufWriter writer, String source, CheckpointFiles.Contents contents) {
        this.writer = writer;
        this.source = source;
        this.contents = contents;
        this.tokenizer = contents.tokenizer();
        this.vocabulary = tokenizer.vocabulary();
    }

    /** @throws CheckpointException if a GGUF file has no words for this tokenizer */
    void write() {
        switch (tokenizer.rules().decoding()) {
            case BYTE_LEVEL -> writeOfBytes();
            case BYTE_FALLBACK, BYTE_FALLBACK_WITHOUT_FIRST_SPACE -> writeOfScores();
        }
        if (tokenizer.beginId() >= 0) {
            writer.uint32("tokenizer.ggml.bos_token_id", tokenizer.beginId());
        }
        List<Integer> ends = endIds();
        if (ends.size() > LlamaMetadata.END_IDS.size()) {
            throw refuse(
                    "has the end tokens " + ends + ", but a GGUF file has room for " + LlamaMetadata.END_IDS.size());
        }
        for (int i = 0; i < ends.size(); i++) {
            writer.uint32(LlamaMetadata.END_IDS.get(i), ends.get(i));
        }
        writer.bool("tokenizer.ggml.add_bos_token", tokenizer.addsBegin());
        writer.bool("tokenizer.ggml.add_eos_token", false);
        String template = contents.template();
        if (template != null) {
            writer.text("tokenizer.chat_template", template);
        }
    }

    private CheckpointException refuse(String why) {
        return new CheckpointException(source + ": " + why);
    }

    /** The one that templates know goes first. */
    private List<Integer> endIds() {
        List<Integer> ids = new ArrayList<>(contents.endIds().stream().sorted().toList());
        String endToken = contents.endToken();
        Integer known = endToken == null ? null : vocabulary.id(endToken);
        if (known != null && ids.remove(known)) {
            ids.addFirst(known);
        }
        return ids;
    }

    private void writeOfBytes() {
        String cuts = GgufPreTokenizer.nameOf(tokenizer);
        if (cuts == null) {
            throw refuse("cuts text in a way that GGUF has no name for: "
                    + tokenizer.rules().words());
        }
        writer.text("tokenizer.ggml.model", "gpt2");
        writer.text("tokenizer.ggml.pre", cuts);
        writePieces();
        writer.texts(
                "tokenizer.ggml.merges",
                tokenizer.merges().stream()
                        .map(merge -> vocabulary.piece(merge.left()) + " " + vocabulary.piece(merge.right()))
                        .toList());
    }

    private void writeOfScores() {
        if (!(tokenizer.rules().words() instanceof SpaceMarking marking)) {
            throw refuse("has byte fallback, but does not mark spaces");
        }
        writer.text("tokenizer.ggml.model", "llama");
        writer.text("tokenizer.ggml.pre", "default");
        writePieces();
        writer.floats("tokenizer.ggml.scores", scores());
        writer.bool("tokenizer.ggml.add_space_prefix", marking.prefix() != SpaceMarking.Prefix.NEVER);
        if (marking.collapses()) {
            writer.bool("tokenizer.ggml.remove_extra_whitespaces", true);
        }
    }

    private void writePieces() {
        List<String> pieces = new ArrayList<>();
        int[] kinds = new int[vocabulary.size()];
        for (int id = 0; id < kinds.length; id++) {
            boolean unused = vocabulary.kind(id) == Kind.UNUSED;
            pieces.add(unused ? "[unused " + id + "]" : vocabulary.piece(id));
            kinds[id] = vocabulary.kind(id).ordinal() + 1; // SentencePiece counts from 1
        }
        writer.texts("tokenizer.ggml.tokens", pieces);
        writer.int32s("tokenizer.ggml.token_type", kinds);
    }

    private float[] scores() {
        float[] scores = new float[vocabulary.size()];
        for (int id = 0; id < scores.length; id++) {
            scores[id] = vocabulary.kind(id) == Kind.NORMAL ? NEVER_MERGED : 0f;
        }
        List<Merge> merges = tokenizer.merges();
        for (int rank = 0; rank < merges.size(); rank++) {
            int id = merges.get(rank).result();
            if (vocabulary.kind(id) == Kind.NORMAL) {
                scores[id] = Math.max(scores[id], -rank);
            }
        }
        return scores;
    }
}

package dev.scriptorium.checkpoint.convert;

import com.fasterxml.jackson.databind.JsonNode;
import dev.scriptorium.checkpoint.file.JsonFile;
import dev.scriptorium.token.Vocabulary;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer.json of BPE with byte fallback as GGUF has it: a score a piece in the place of merges. The piece of an
 * earlier merge gets the higher score, so that both merge in the same order.
 */
final class SentencePieceVocabulary {
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;
    private static final float NEVER_MERGED = -1e9f;

    final String[] pieces;
    final int[] kinds; // as GGUF numbers them
    final float[] scores;

    /** @param size rows of the embedding; ids without a piece are filled up with unused ones */
    SentencePieceVocabulary(JsonFile file, int size) {
        pieces = new String[size];
        kinds = new int[size];
        scores = new float[size];
        Arrays.fill(kinds, UNUSED);
        Arrays.setAll(pieces, id -> "[unused " + id + "]");
        JsonNode model = file.root().path("model");
        if (!model.path("byte_fallback").asBoolean()) {
            throw file.refuse("is no BPE with byte fallback; other tokenizers cannot be written to a GGUF file yet");
        }
        JsonNode vocab = model.path("vocab");
        for (Map.Entry<String, JsonNode> entry : vocab.properties()) {
            boolean isByte = Vocabulary.byteOf(entry.getKey()) >= 0;
            put(entry.getValue().intValue(), entry.getKey(), isByte ? BYTE : NORMAL);
        }
        for (JsonNode added : file.root().path("added_tokens")) {
            boolean special = added.path("special").asBoolean();
            put(added.path("id").intValue(), added.path("content").asText(), special ? CONTROL : USER_DEFINED);
        }
        JsonNode unknown = vocab.path(model.path("unk_token").asText());
        if (unknown.isInt()) {
            kinds[unknown.intValue()] = UNKNOWN;
        }
        for (int id = 0; id < size; id++) {
            scores[id] = kinds[id] == NORMAL ? NEVER_MERGED : 0f;
        }
        int rank = 0;
        for (JsonNode merge : model.path("merges")) {
            String both = merge.isArray()
                    ? merge.get(0).asText() + merge.get(1).asText()
                    : merge.asText().replaceFirst(" ", "");
            int id = vocab.path(both).intValue();
            scores[id] = Math.max(scores[id], -rank);
            rank++;
        }
    }

    private void put(int id, String piece, int kind) {
        pieces[id] = piece;
        kinds[id] = kind;
    }

    List<String> pieces() {
        return List.of(pieces);
    }
}

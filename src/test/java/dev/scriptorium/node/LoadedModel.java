package dev.scriptorium.node;

import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.LoadedCheckpoint;
import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.model.LlamaModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/** A model that is loaded, with one thread of its own. */
record LoadedModel(LoadedCheckpoint files, LlamaModel model, ComputeTeam team) implements AutoCloseable {
    static LoadedModel of(Path path, Kernels kernels) {
        LoadedCheckpoint files = Checkpoint.load(path);
        ComputeTeam team = new ComputeTeam(1);
        int cacheTokens = files.config().contextLength();
        return new LoadedModel(
                files, new LlamaModel(files.config(), files.weights(), kernels, team, cacheTokens), team);
    }

    /** Logits after each of the tokens, one at a time after the prompt. */
    float[] logitsAfter(int[] promptIds) {
        try (LanguageModel.CachedSequence sequence = model.open(promptIds.length)) {
            return next(sequence, promptIds);
        }
    }

    float[] next(LanguageModel.CachedSequence sequence, int... tokens) {
        LanguageModel.Logits logits = model.forward(List.of(LanguageModel.Chunk.of(sequence, tokens, true)));
        return Arrays.copyOf(logits.values(), logits.vocabularySize());
    }

    /** The greedy continuation; an end token ends it and is not part of it. */
    List<Integer> greedy(int[] promptIds, int tokensMax, Set<Integer> endIds) {
        List<Integer> ids = new ArrayList<>();
        try (LanguageModel.CachedSequence sequence = model.open(promptIds.length + tokensMax)) {
            int token = largest(next(sequence, promptIds));
            while (!endIds.contains(token)) {
                ids.add(token);
                if (ids.size() == tokensMax) {
                    break;
                }
                token = largest(next(sequence, token));
            }
        }
        return ids;
    }

    @Override
    public void close() {
        team.close();
    }

    static int largest(float[] logits) {
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            best = logits[id] > logits[best] ? id : best;
        }
        return best;
    }

    /** Of one token under one row of logits. */
    static double negativeLogLikelihood(float[] logits, int id) {
        double most = logits[largest(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - most);
        }
        return Math.log(sum) + most - logits[id];
    }
}

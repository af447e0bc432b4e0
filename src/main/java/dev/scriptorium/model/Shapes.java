package dev.scriptorium.model;

import dev.scriptorium.kernel.Matrix;

/** Config against itself and weights against config: whoever builds a model by hand learns here what does not fit. */
final class Shapes {
    private Shapes() {}

    static void check(LlamaConfig config, LlamaWeights weights) {
        positive("hiddenSize", config.hiddenSize());
        positive("intermediateSize", config.intermediateSize());
        positive("layers", config.layers());
        positive("heads", config.heads());
        positive("keyValueHeads", config.keyValueHeads());
        positive("headSize", config.headSize());
        positive("vocabularySize", config.vocabularySize());
        positive("contextLength", config.contextLength());
        require(
                config.heads() % config.keyValueHeads() == 0,
                "keyValueHeads",
                config.keyValueHeads(),
                "a divisor of" + " heads, " + config.heads());
        require(config.headSize() % 2 == 0, "headSize", config.headSize(), "even");

        int hidden = config.hiddenSize();
        matrix("embedding", weights.embedding(), config.vocabularySize(), hidden);
        require(
                weights.layers().size() == config.layers(),
                "layers",
                weights.layers().size(),
                "" + config.layers());
        for (int i = 0; i < config.layers(); i++) {
            LlamaWeights.Layer layer = weights.layers().get(i);
            String name = "layer " + i + ": ";
            norm(name + "attentionNorm", layer.attentionNorm(), hidden);
            matrix(name + "query", layer.query(), config.querySize(), hidden);
            matrix(name + "key", layer.key(), config.keyValueSize(), hidden);
            matrix(name + "value", layer.value(), config.keyValueSize(), hidden);
            matrix(name + "attentionOutput", layer.attentionOutput(), hidden, config.querySize());
            norm(name + "feedForwardNorm", layer.feedForwardNorm(), hidden);
            matrix(name + "gate", layer.gate(), config.intermediateSize(), hidden);
            matrix(name + "up", layer.up(), config.intermediateSize(), hidden);
            matrix(name + "down", layer.down(), hidden, config.intermediateSize());
        }
        norm("outputNorm", weights.outputNorm(), hidden);
        matrix("output", weights.output(), config.vocabularySize(), hidden);
    }

    private static void positive(String name, int value) {
        require(value > 0, name, value, "at least 1");
    }

    private static void norm(String name, float[] norm, int size) {
        require(norm.length == size, name + " size", norm.length, "" + size);
    }

    private static void matrix(String name, Matrix matrix, int rows, int columns) {
        require(matrix.rows() == rows, name + " rows", matrix.rows(), "" + rows);
        require(matrix.columns() == columns, name + " columns", matrix.columns(), "" + columns);
    }

    private static void require(boolean holds, String name, int found, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(name + " is " + found + "; must be " + rule);
        }
    }
}

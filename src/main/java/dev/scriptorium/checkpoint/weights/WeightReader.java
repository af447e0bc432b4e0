package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.kernel.Bf16Matrix;
import dev.scriptorium.kernel.F32Matrix;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.Q8Matrix;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntUnaryOperator;

/**
 * Tensors of a file to the weights of a model. All names and shapes are checked before the first weight is read, so a
 * file that merely claims to be large costs nothing.
 */
public final class WeightReader {
    private static final ValueLayout.OfShort INT16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final int BF16_EXPONENT = 0x7F80; // all ones: infinite or not a number
    private static final int TENSORS_PER_LAYER = 9;

    /** How a format calls the tensors, and how it lays out the rotary pairs of query and key rows. */
    public enum Layout {
        /** Rotary pairs split in halves. */
        HUGGING_FACE(
                "model.embed_tokens.weight",
                "model.norm.weight",
                "lm_head.weight",
                "model.layers.",
                List.of(
                        "input_layernorm",
                        "self_attn.q_proj",
                        "self_attn.k_proj",
                        "self_attn.v_proj",
                        "self_attn.o_proj",
                        "post_attention_layernorm",
                        "mlp.gate_proj",
                        "mlp.up_proj",
                        "mlp.down_proj")),
        /** Rotary pairs side by side. */
        GGUF(
                "token_embd.weight",
                "output_norm.weight",
                "output.weight",
                "blk.",
                List.of(
                        "attn_norm",
                        "attn_q",
                        "attn_k",
                        "attn_v",
                        "attn_output",
                        "ffn_norm",
                        "ffn_gate",
                        "ffn_up",
                        "ffn_down"));

        public final String embedding;
        public final String outputNorm;
        public final String output;
        private final String layerPrefix;
        private final List<String> layerNames; // in the order of LlamaWeights.Layer

        Layout(String embedding, String outputNorm, String output, String layerPrefix, List<String> layerNames) {
            this.embedding = embedding;
            this.outputNorm = outputNorm;
            this.output = output;
            this.layerPrefix = layerPrefix;
            this.layerNames = layerNames;
        }

        String layer(int layer, int which) {
            return layerPrefix + layer + "." + layerNames.get(which) + ".weight";
        }
    }

    private final LlamaConfig config;
    private final Layout layout;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final String source;
    private final ContentDigest digest;

    /**
     * @param source file or folder of the tensors, for errors
     * @param digest takes in every weight that is read
     */
    public WeightReader(LlamaConfig config, Layout layout, List<Tensor> tensors, String source, ContentDigest digest) {
        this.config = config;
        this.layout = layout;
        this.source = source;
        this.digest = digest;
        for (Tensor tensor : tensors) {
            if (this.tensors.put(tensor.name(), tensor) != null) {
                throw tensor.refuse("is there twice");
            }
        }
    }

    /** @param tied whether the output matrix is the embedding itself */
    public LlamaWeights read(boolean tied) {
        long layersMax = tensors.size() / TENSORS_PER_LAYER;
        if (config.layers() > layersMax) {
            throw new CheckpointException(source + ": the config says " + config.layers() + " layers, but there are "
                    + tensors.size() + " tensors, enough for " + layersMax);
        }
        int hidden = config.hiddenSize();
        Tensor embedding = matrixTensor(layout.embedding, config.vocabularySize(), hidden);
        Tensor outputNorm = vectorTensor(layout.outputNorm, hidden);
        Tensor output = tied ? embedding : matrixTensor(layout.output, config.vocabularySize(), hidden);
        List<List<Tensor>> layers = new ArrayList<>();
        for (int layer = 0; layer < config.layers(); layer++) {
            layers.add(layerTensors(layer));
        }
        checkNothingElse(layers);
        Matrix embeddingMatrix = matrix(embedding, IntUnaryOperator.identity());
        return new LlamaWeights(
                embeddingMatrix,
                layers.stream().map(this::layer).toList(),
                vector(outputNorm),
                tied ? embeddingMatrix : matrix(output, IntUnaryOperator.identity()));
    }

    /** The tensors of one layer in the order of {@link LlamaWeights.Layer}. */
    private List<Tensor> layerTensors(int layer) {
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        return List.of(
                vectorTensor(layout.layer(layer, 0), hidden),
                matrixTensor(layout.layer(layer, 1), config.querySize(), hidden),
                matrixTensor(layout.layer(layer, 2), config.keyValueSize(), hidden),
                matrixTensor(layout.layer(layer, 3), config.keyValueSize(), hidden),
                matrixTensor(layout.layer(layer, 4), hidden, config.querySize()),
                vectorTensor(layout.layer(layer, 5), hidden),
                matrixTensor(layout.layer(layer, 6), inner, hidden),
                matrixTensor(layout.layer(layer, 7), inner, hidden),
                matrixTensor(layout.layer(layer, 8), hidden, inner));
    }

    private LlamaWeights.Layer layer(List<Tensor> tensors) {
        IntUnaryOperator asItIs = IntUnaryOperator.identity();
        IntUnaryOperator halves = switch (layout) {
            case HUGGING_FACE -> asItIs;
            case GGUF -> row -> interleavedRow(row, config.headSize());
        };
        return new LlamaWeights.Layer(
                vector(tensors.get(0)),
                matrix(tensors.get(1), halves),
                matrix(tensors.get(2), halves),
                matrix(tensors.get(3), asItIs),
                matrix(tensors.get(4), asItIs),
                vector(tensors.get(5)),
                matrix(tensors.get(6), asItIs),
                matrix(tensors.get(7), asItIs),
                matrix(tensors.get(8), asItIs));
    }

    /**
     * Where the file with interleaved rotary pairs has the row that stands at {@code row} when they are split in
     * halves: within a head, element i of half b lies at 2 i + b.
     */
    static int interleavedRow(int row, int headSize) {
        int within = row % headSize;
        int half = within / (headSize / 2);
        int element = within % (headSize / 2);
        return row - within + 2 * element + half;
    }

    /** A tensor that no Llama-2 has would change the model's text if it were applied, so it is not just passed over. */
    private void checkNothingElse(List<List<Tensor>> layers) {
        Set<String> known = new HashSet<>(List.of(layout.embedding, layout.outputNorm, layout.output));
        layers.forEach(layer -> layer.forEach(tensor -> known.add(tensor.name())));
        for (Tensor tensor : tensors.values()) {
            boolean derived = tensor.name().endsWith(".rotary_emb.inv_freq"); // old exports; follows from rope_theta
            if (!known.contains(tensor.name()) && !derived) {
                throw tensor.refuse("is not part of a Llama-2 model of " + config.layers() + " layers");
            }
        }
    }

    private Tensor matrixTensor(String name, int rows, int columns) {
        return tensor(name, List.of((long) rows, (long) columns));
    }

    private Tensor vectorTensor(String name, int size) {
        return tensor(name, List.of((long) size));
    }

    private Tensor tensor(String name, List<Long> shape) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new CheckpointException(source + ": tensor '" + name + "' is missing");
        }
        if (!tensor.shape().equals(shape)) {
            throw tensor.refuse("has shape " + tensor.shape() + ", but the config asks for " + shape);
        }
        if (tensor.type().isQuantised() && shape.size() == 1) {
            throw tensor.refuse("is of type " + tensor.type() + ", but norms are read in F32, F16 and BF16");
        }
        return tensor;
    }

    private float[] vector(Tensor tensor) {
        digest.add(tensor.name(), tensor.bytes());
        float[] values = new float[tensor.shape().getFirst().intValue()];
        readFloats(tensor, 0, values);
        return values;
    }

    /** @param fileRow where the file has a row */
    private Matrix matrix(Tensor tensor, IntUnaryOperator fileRow) {
        digest.add(tensor.name(), tensor.bytes());
        int rows = tensor.shape().getFirst().intValue();
        int columns = tensor.shape().getLast().intValue();
        return switch (tensor.type()) {
            case F32, F16 ->
                F32Matrix.pack(rows, columns, (row, into) -> readFloats(tensor, fileRow.applyAsInt(row), into));
            case BF16 -> Bf16Matrix.pack(rows, columns, (row, into) -> readBf16(tensor, fileRow.applyAsInt(row), into));
            case Q8_0 ->
                Q8Matrix.pack(
                        rows,
                        columns,
                        (row, quants, scales) -> readQ8(tensor, fileRow.applyAsInt(row), quants, scales));
            case Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw tensor.refuse("is of type " + tensor.type() + ", which is not computed with yet");
        };
    }

    /** Reads a row and widens it exactly. */
    static void readFloats(Tensor tensor, int row, float[] into) {
        int columns = tensor.shape().getLast().intValue();
        long first = (long) row * columns;
        switch (tensor.type()) {
            case F32 -> MemorySegment.copy(tensor.bytes(), FLOAT, first * Float.BYTES, into, 0, columns);
            case F16 -> {
                for (int column = 0; column < columns; column++) {
                    into[column] = Float.float16ToFloat(tensor.bytes().getAtIndex(INT16, first + column));
                }
            }
            case BF16 -> {
                for (int column = 0; column < columns; column++) {
                    into[column] = Float.intBitsToFloat(tensor.bytes().getAtIndex(INT16, first + column) << 16);
                }
            }
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException("quantised rows are not read as floats");
        }
        for (int column = 0; column < columns; column++) {
            if (!Float.isFinite(into[column])) {
                throw notFinite(tensor, row, column, into[column]);
            }
        }
    }

    static void readBf16(Tensor tensor, int row, short[] into) {
        int columns = tensor.shape().getLast().intValue();
        MemorySegment.copy(tensor.bytes(), INT16, (long) row * columns * Short.BYTES, into, 0, columns);
        for (int column = 0; column < columns; column++) {
            if ((into[column] & BF16_EXPONENT) == BF16_EXPONENT) {
                throw notFinite(tensor, row, column, Float.intBitsToFloat(into[column] << 16));
            }
        }
    }

    static void readQ8(Tensor tensor, int row, byte[] quants, float[] scales) {
        int columns = tensor.shape().getLast().intValue();
        int blocks = columns / Q8Matrix.BLOCK_COLUMNS;
        long at = (long) row * blocks * WeightType.Q8_0.blockBytes();
        for (int block = 0; block < blocks; block++) {
            scales[block] = Float.float16ToFloat(tensor.bytes().get(INT16, at));
            if (!Float.isFinite(scales[block])) {
                throw notFinite(tensor, row, block * Q8Matrix.BLOCK_COLUMNS, scales[block]);
            }
            MemorySegment.copy(
                    tensor.bytes(),
                    ValueLayout.JAVA_BYTE,
                    at + Short.BYTES,
                    quants,
                    block * Q8Matrix.BLOCK_COLUMNS,
                    Q8Matrix.BLOCK_COLUMNS);
            at += WeightType.Q8_0.blockBytes();
        }
    }

    private static CheckpointException notFinite(Tensor tensor, int row, int column, float value) {
        return tensor.refuse(
                "has the weight " + value + " at row " + row + ", column " + column + "; weights must be finite");
    }
}

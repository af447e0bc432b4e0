package dev.scriptorium.checkpoint.weights;

import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.kernel.Bf16Matrix;
import dev.scriptorium.kernel.F16Matrix;
import dev.scriptorium.kernel.F32Matrix;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedMatrix;
import dev.scriptorium.kernel.PackedMatrix.Kind;
import dev.scriptorium.kernel.Q8Matrix;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.LlamaWeights;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tensors of a file to the weights of a model. All names and shapes are checked before the first weight is read, so a
 * file that merely claims to be large costs nothing.
 */
public final class WeightReader {
    private final LlamaConfig config;
    private final TensorNames names;
    private final Map<String, Tensor> tensors = new HashMap<>();
    private final boolean tied;
    private final Tensor embedding;
    private final Tensor outputNorm;
    private final Tensor output;
    private final List<List<Tensor>> layers = new ArrayList<>();
    private final Set<String> rotaryNames = new HashSet<>();

    /**
     * Checks that every tensor of the config is there, in its shape, and no other.
     *
     * @param source file or folder of the tensors, for errors
     * @param tied whether the output matrix is the embedding itself
     */
    public WeightReader(LlamaConfig config, TensorNames names, List<Tensor> tensors, boolean tied, String source) {
        this.config = config;
        this.names = names;
        this.tied = tied;
        for (Tensor tensor : tensors) {
            if (this.tensors.put(tensor.name(), tensor) != null) {
                throw tensor.refuse("is there twice");
            }
        }
        long layersMax = tensors.size() / TensorNames.PER_LAYER;
        if (config.layers() > layersMax) {
            throw new CheckpointException(source + ": the config says " + config.layers() + " layers, but there are "
                    + tensors.size() + " tensors, enough for " + layersMax);
        }
        int hidden = config.hiddenSize();
        embedding = matrixTensor(source, names.embedding, config.vocabularySize(), hidden);
        outputNorm = vectorTensor(source, names.outputNorm, hidden);
        output = tied ? embedding : matrixTensor(source, names.output, config.vocabularySize(), hidden);
        for (int layer = 0; layer < config.layers(); layer++) {
            List<Tensor> tensorsOfLayer = layerTensors(source, layer);
            layers.add(tensorsOfLayer);
            tensorsOfLayer.subList(1, 3).forEach(tensor -> rotaryNames.add(tensor.name()));
        }
        checkNothingElse();
    }

    /** All tensors of the model, in the order of its layers. */
    public List<Tensor> tensors() {
        List<Tensor> all = new ArrayList<>(List.of(embedding));
        layers.forEach(all::addAll);
        all.add(outputNorm);
        if (!tied) {
            all.add(output);
        }
        return all;
    }

    /** Whether the output matrix is the embedding itself. */
    public boolean isTied() {
        return tied;
    }

    /** How many weights there are, those of a tied embedding once. */
    public long parameters() {
        return tensors().stream()
                .mapToLong(tensor -> tensor.shape().stream().reduce(1L, (a, b) -> a * b))
                .sum();
    }

    /** Heap bytes that the weights will take. */
    public long heapBytes(WeightPlan plan) {
        return tensors().stream()
                .mapToLong(tensor -> tensor.shape().size() == 1
                        ? tensor.shape().getFirst() * Float.BYTES
                        : WeightPlan.heapBytes(
                                typeOf(tensor, plan),
                                tensor.shape().getFirst(),
                                tensor.shape().getLast()))
                .sum();
    }

    /** The type that a matrix has once it is loaded. */
    public WeightType typeOf(Tensor tensor, WeightPlan plan) {
        return plan.typeOf(
                tensor.type(),
                tensor.name().equals(output.name()),
                tensor.shape().getLast());
    }

    /** One row of a matrix, as the model wants it: rotary pairs split in halves. Bytes as the file has them. */
    public float[] row(Tensor tensor, int row) {
        int fileRow = isRotary(tensor) ? fileRow(row) : row;
        return checkedFloats(tensor, fileRow, bytes(tensor, fileRow));
    }

    /** Bytes of the file that {@link #read} reads. */
    public long fileBytes() {
        return tensors().stream().mapToLong(tensor -> tensor.bytes().byteSize()).sum();
    }

    /**
     * A sentence for each tensor that has weights which are not finite, for so many tensors at most; reads all weights
     * up to those.
     */
    public List<String> notFinite(int tensorsMax) {
        List<String> found = new ArrayList<>();
        for (Tensor tensor : tensors()) {
            String problem = notFinite(tensor);
            if (problem != null) {
                found.add(problem);
                if (found.size() == tensorsMax) {
                    return found;
                }
            }
        }
        return found;
    }

    private static @Nullable String notFinite(Tensor tensor) {
        int rows = tensor.shape().size() == 1 ? 1 : tensor.shape().getFirst().intValue();
        long count = 0;
        String first = "";
        for (int row = 0; row < rows; row++) {
            float[] weights = RowDecoder.floats(tensor.type(), bytes(tensor, row));
            for (int column = 0; column < weights.length; column++) {
                if (!Float.isFinite(weights[column])) {
                    first = count++ == 0 ? weights[column] + " at row " + row + ", column " + column : first;
                }
            }
        }
        return count == 0 ? null : "tensor '" + tensor.name() + "': " + count + " not finite, the first is " + first;
    }

    /**
     * Reads all weights.
     *
     * @param digest takes in every weight that is read, and what it was converted to
     * @param progress told how many bytes of the file were read
     */
    public LlamaWeights read(WeightPlan plan, ContentDigest digest, LongConsumer progress) {
        int threads = Runtime.getRuntime().availableProcessors();
        try (WeightLoading loading = new WeightLoading(threads, digest, progress)) {
            return read(plan, loading);
        }
    }

    /** The tensors of one layer in the order of {@link LlamaWeights.Layer}. */
    private List<Tensor> layerTensors(String source, int layer) {
        int hidden = config.hiddenSize();
        int inner = config.intermediateSize();
        return List.of(
                vectorTensor(source, names.layer(layer, 0), hidden),
                matrixTensor(source, names.layer(layer, 1), config.querySize(), hidden),
                matrixTensor(source, names.layer(layer, 2), config.keyValueSize(), hidden),
                matrixTensor(source, names.layer(layer, 3), config.keyValueSize(), hidden),
                matrixTensor(source, names.layer(layer, 4), hidden, config.querySize()),
                vectorTensor(source, names.layer(layer, 5), hidden),
                matrixTensor(source, names.layer(layer, 6), inner, hidden),
                matrixTensor(source, names.layer(layer, 7), inner, hidden),
                matrixTensor(source, names.layer(layer, 8), hidden, inner));
    }

    /** Whether a tensor's rows go by rotary pairs: those of query and key. */
    private boolean isRotary(Tensor tensor) {
        return rotaryNames.contains(tensor.name());
    }

    /** Where the file has the row that stands at {@code row} of a query or key matrix. */
    private int fileRow(int row) {
        return switch (names) {
            case HUGGING_FACE -> row;
            case GGUF -> interleavedRow(row, config.headSize());
        };
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

    /** The way back: the row, with pairs split in halves, that stands at {@code row} of interleaved ones. */
    public static int splitRow(int row, int headSize) {
        int within = row % headSize;
        return row - within + within % 2 * (headSize / 2) + within / 2;
    }

    /** A tensor that no Llama-2 has would change the model's text if it were applied, so it is not just passed over. */
    private void checkNothingElse() {
        Set<String> known = new HashSet<>(List.of(names.embedding, names.outputNorm, names.output));
        layers.forEach(layer -> layer.forEach(tensor -> known.add(tensor.name())));
        for (Tensor tensor : tensors.values()) {
            boolean derived = tensor.name().endsWith(".rotary_emb.inv_freq"); // old exports; follows from rope_theta
            if (!known.contains(tensor.name()) && !derived) {
                throw tensor.refuse("is not part of a Llama-2 model of " + config.layers() + " layers");
            }
        }
    }

    private Tensor matrixTensor(String source, String name, int rows, int columns) {
        return tensor(source, name, List.of((long) rows, (long) columns));
    }

    private Tensor vectorTensor(String source, String name, int size) {
        return tensor(source, name, List.of((long) size));
    }

    private Tensor tensor(String source, String name, List<Long> shape) {
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

    /** The tensors' way into matrices. */
    private LlamaWeights read(WeightPlan plan, WeightLoading loading) {
        Supplier<Matrix> embeddingMatrix = matrix(embedding, plan, loading);
        List<Supplier<LlamaWeights.Layer>> read = new ArrayList<>();
        for (List<Tensor> layer : layers) {
            float[] attentionNorm = loading.vector(layer.getFirst());
            List<Supplier<Matrix>> first = layer.subList(1, 5).stream()
                    .map(m -> matrix(m, plan, loading))
                    .toList();
            float[] feedForwardNorm = loading.vector(layer.get(5));
            List<Supplier<Matrix>> second = layer.subList(6, 9).stream()
                    .map(m -> matrix(m, plan, loading))
                    .toList();
            read.add(() -> new LlamaWeights.Layer(
                    attentionNorm,
                    first.get(0).get(),
                    first.get(1).get(),
                    first.get(2).get(),
                    first.get(3).get(),
                    feedForwardNorm,
                    second.get(0).get(),
                    second.get(1).get(),
                    second.get(2).get()));
        }
        float[] norm = loading.vector(outputNorm);
        Supplier<Matrix> outputMatrix = tied ? embeddingMatrix : matrix(output, plan, loading);
        loading.finish();
        List<LlamaWeights.Layer> all = read.stream().map(Supplier::get).toList();
        return new LlamaWeights(embeddingMatrix.get(), all, norm, outputMatrix.get());
    }

    private Supplier<Matrix> matrix(Tensor tensor, WeightPlan plan, WeightLoading loading) {
        WeightType type = typeOf(tensor, plan);
        boolean rotary = isRotary(tensor);
        // Rotary pairs change places within their head.
        int together =
                rotary ? leastCommonMultiple(Matrix.Packing.PANEL_ROWS, config.headSize()) : Matrix.Packing.PANEL_ROWS;
        return loading.matrix(tensor, type, together, () -> packing(tensor, type, rotary));
    }

    private static int leastCommonMultiple(int a, int b) {
        int multiple = a;
        while (multiple % b != 0) {
            multiple += a;
        }
        return multiple;
    }

    private RowPacking<?> packing(Tensor tensor, WeightType type, boolean rotary) {
        int rows = tensor.shape().getFirst().intValue();
        int columns = tensor.shape().getLast().intValue();
        Kind kind = RowDecoder.kind(type);
        if (kind != null) {
            return new RowPacking<>(
                    PackedMatrix.packing(kind, rows, columns),
                    chunk -> (row, into) -> RowDecoder.line(type, bytes(tensor, type, rotary, chunk, row), into));
        }
        return switch (type) {
            case F32 ->
                new RowPacking<>(
                        F32Matrix.packing(rows, columns),
                        chunk -> (row, into) -> buffer(bytes(tensor, type, rotary, chunk, row))
                                .asFloatBuffer()
                                .get(into));
            case F16 ->
                new RowPacking<>(
                        F16Matrix.packing(rows, columns),
                        chunk -> (row, into) -> buffer(bytes(tensor, type, rotary, chunk, row))
                                .asShortBuffer()
                                .get(into));
            case BF16 ->
                new RowPacking<>(
                        Bf16Matrix.packing(rows, columns),
                        chunk -> (row, into) -> buffer(bytes(tensor, type, rotary, chunk, row))
                                .asShortBuffer()
                                .get(into));
            default ->
                new RowPacking<>(
                        Q8Matrix.packing(rows, columns),
                        chunk -> (row, quants, scales) ->
                                q8(buffer(bytes(tensor, type, rotary, chunk, row)), quants, scales));
        };
    }

    private static ByteBuffer buffer(byte[] row) {
        return ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The bytes of a row in the type that it is wanted in. */
    private byte[] bytes(Tensor tensor, WeightType type, boolean rotary, RowChunk chunk, int row) {
        int fileRow = rotary ? fileRow(row) : row;
        byte[] bytes = chunk.row(fileRow);
        if (type == tensor.type() && RowDecoder.isPlainlyFinite(type, bytes)) {
            return bytes;
        }
        float[] weights = checkedFloats(tensor, fileRow, bytes);
        return type == tensor.type() ? bytes : RowEncoder.encode(type, weights);
    }

    /** The bytes of a row as the file has them. */
    private static byte[] bytes(Tensor tensor, int row) {
        long bytes = tensor.type().rowBytes(tensor.shape().getLast());
        return tensor.bytes().asSlice(row * bytes, bytes).toArray(ValueLayout.JAVA_BYTE);
    }

    static float[] checkedFloats(Tensor tensor, int row, byte[] bytes) {
        float[] weights = RowDecoder.floats(tensor.type(), bytes);
        for (int column = 0; column < weights.length; column++) {
            if (!Float.isFinite(weights[column])) {
                throw tensor.refuse("has the weight " + weights[column] + " at row " + row + ", column " + column
                        + "; weights must be finite");
            }
        }
        return weights;
    }

    private static void q8(ByteBuffer row, byte[] quants, short[] scales) {
        for (int block = 0; block < scales.length; block++) {
            scales[block] = row.getShort();
            row.get(quants, block * Q8Matrix.BLOCK_COLUMNS, Q8Matrix.BLOCK_COLUMNS);
        }
    }
}

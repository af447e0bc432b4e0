package dev.scriptorium.checkpoint.convert;

import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.gguf.GgufWriter;
import dev.scriptorium.checkpoint.gguf.LlamaMetadata;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.TensorNames;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/** A Hugging Face folder as one GGUF file, row by row, so that memory stays small. */
public final class FolderToGguf {
    private static final int QUERY = 1;
    private static final int KEY = 2;

    private final GgufWriter writer = new GgufWriter();
    private final CheckpointFiles files;
    private final WeightPlan plan;
    private final Map<String, Tensor> tensors;

    /**
     * Plans the file.
     *
     * @param folder that {@code files} were opened from
     * @throws dev.scriptorium.checkpoint.CheckpointException if the tokenizer cannot be written to a GGUF file
     */
    public FolderToGguf(Path folder, CheckpointFiles files, WeightPlan plan) {
        this.files = files;
        this.plan = plan;
        this.tensors = files.weights().tensors().stream().collect(Collectors.toMap(Tensor::name, Function.identity()));
        LlamaMetadata.write(writer, String.valueOf(folder.getFileName()), config());
        new VocabularyToGguf(writer, folder.toString(), files.contents()).write();
        weights();
    }

    /** Bytes that the weights will take in the file. */
    public long tensorBytes() {
        return writer.tensorBytes();
    }

    /** Writes it; the file appears when it is whole. */
    public void write(Path file, LongConsumer progress) throws IOException {
        writer.write(file, progress);
    }

    private LlamaConfig config() {
        return files.contents().config();
    }

    private void weights() {
        TensorNames from = TensorNames.HUGGING_FACE;
        TensorNames to = TensorNames.GGUF;
        put(from.embedding, to.embedding, false);
        if (config().ropeScaling() instanceof RotaryScaling.Llama3 scaling) {
            List<Float> divisors = scaling.divisors(config().headSize(), config().ropeTheta());
            writer.tensor("rope_freqs.weight", WeightType.F32, new int[] {divisors.size()}, (_, into) -> {
                for (int pair = 0; pair < into.length; pair++) {
                    into[pair] = divisors.get(pair);
                }
            });
        }
        for (int layer = 0; layer < config().layers(); layer++) {
            for (int which = 0; which < TensorNames.PER_LAYER; which++) {
                put(from.layer(layer, which), to.layer(layer, which), which == QUERY || which == KEY);
            }
        }
        put(from.outputNorm, to.outputNorm, false);
        if (!files.weights().isTied()) {
            put(from.output, to.output, false);
        }
    }

    /** @param rotary whether the rows of a pair, which lie apart in the folder, lie side by side in the file */
    private void put(String name, String ggufName, boolean rotary) {
        Tensor tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalStateException(name + " was there when the model was opened");
        }
        WeightReader reader = files.weights();
        boolean isNorm = tensor.shape().size() == 1;
        WeightType type = isNorm ? WeightType.F32 : reader.typeOf(tensor, plan);
        int[] shape = tensor.shape().stream().mapToInt(Long::intValue).toArray();
        int headSize = config().headSize();
        writer.tensor(ggufName, type, shape, (row, into) -> {
            float[] weights = reader.row(tensor, rotary ? WeightReader.splitRow(row, headSize) : row);
            System.arraycopy(weights, 0, into, 0, into.length);
        });
    }
}

package dev.scriptorium.checkpoint.convert;

import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.TensorNames;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.model.RotaryScaling;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.MergeTable.Merge;
import dev.scriptorium.token.Vocabulary;
import dev.scriptorium.token.Vocabulary.Kind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * SHA-256 over what a model says, whatever files say it: names, shapes and values of all tensors, the numbers of its
 * config, its pieces and the order in which they merge, its begin and end tokens, its template. A folder and the GGUF
 * file made of it have the same one as long as every value is kept.
 *
 * <p>It does not cover how text is cut before it becomes pieces, which the two formats say in different words. So it
 * says which model a file holds; what a completion's text depends on is said by the digest of the files.
 */
public final class ModelDigest {
    private ModelDigest() {}

    /**
     * Reads every weight.
     *
     * @param progress told how many weights were read
     * @throws dev.scriptorium.checkpoint.CheckpointException if a weight is not finite
     */
    public static String of(CheckpointFiles files, LongConsumer progress) {
        CheckpointFiles.Contents contents = files.contents();
        ContentDigest digest = new ContentDigest();
        digest.add("config", describe(contents.config()));
        describe(contents.tokenizer(), digest);
        digest.add("end", contents.endIds().stream().sorted().toList() + " " + contents.endToken());
        digest.add("chat template", Objects.requireNonNullElse(contents.template(), ""));
        WeightReader reader = files.weights();
        List<Tensor> tensors = reader.tensors();
        List<String> names = TensorNames.HUGGING_FACE.all(contents.config().layers(), reader.isTied());
        long done = 0;
        for (int i = 0; i < tensors.size(); i++) {
            done = add(names.get(i), tensors.get(i), reader, digest, done, progress);
        }
        return digest.finish();
    }

    private static long add(
            String name, Tensor tensor, WeightReader reader, ContentDigest digest, long before, LongConsumer progress) {
        int rows = tensor.shape().size() == 1 ? 1 : tensor.shape().getFirst().intValue();
        int columns = tensor.shape().getLast().intValue();
        ByteBuffer bytes = ByteBuffer.allocate(columns * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        digest.add("shape of " + name, tensor.shape().toString());
        digest.begin(name, (long) rows * columns * Float.BYTES);
        long done = before;
        for (int row = 0; row < rows; row++) {
            bytes.asFloatBuffer().put(reader.row(tensor, row));
            digest.more(bytes.array());
            done += columns;
            progress.accept(done);
        }
        return done;
    }

    /** Divisors are rounded: writers compute them in their own ways, and the last bits differ. */
    private static String describe(LlamaConfig config) {
        String rope = config.ropeScaling() instanceof RotaryScaling.None
                ? "none"
                : config.ropeScaling().divisors(config.headSize(), config.ropeTheta()).stream()
                        .map(divisor -> String.format(Locale.ROOT, "%.4g", divisor))
                        .collect(Collectors.joining(" "));
        return String.join(
                " ",
                "hidden=" + config.hiddenSize(),
                "intermediate=" + config.intermediateSize(),
                "layers=" + config.layers(),
                "heads=" + config.heads(),
                "keyValueHeads=" + config.keyValueHeads(),
                "headSize=" + config.headSize(),
                "vocabulary=" + config.vocabularySize(),
                "context=" + config.contextLength(),
                "epsilon=" + config.rmsNormEpsilon(),
                "theta=" + (float) config.ropeTheta(),
                "rope=" + rope);
    }

    private static void describe(BpeTokenizer tokenizer, ContentDigest digest) {
        Vocabulary vocabulary = tokenizer.vocabulary();
        for (int id = 0; id < vocabulary.size(); id++) {
            Kind kind = vocabulary.kind(id);
            digest.add(kind.name(), kind == Kind.UNUSED ? "" : vocabulary.piece(id));
        }
        digest.add(
                "merged",
                tokenizer.merges().stream()
                        .map(Merge::result)
                        .distinct()
                        .map(String::valueOf)
                        .collect(Collectors.joining(" ")));
        digest.add("begin", tokenizer.beginId() + " " + tokenizer.addsBegin());
        digest.add("decoding", tokenizer.rules().decoding().name());
    }
}

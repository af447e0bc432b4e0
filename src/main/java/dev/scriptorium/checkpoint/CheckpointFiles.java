package dev.scriptorium.checkpoint;

import dev.scriptorium.checkpoint.file.ContentDigest;
import dev.scriptorium.checkpoint.weights.Tensor;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.checkpoint.weights.WeightReader;
import dev.scriptorium.checkpoint.weights.WeightType;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.token.BpeTokenizer;
import dev.scriptorium.token.ChatFormat;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A model's files, mapped and checked, before any weight is read: what it is and what it will cost are known, and
 * nothing of its size is allocated yet. Belongs to one thread; closing it unmaps the files.
 */
public final class CheckpointFiles implements AutoCloseable {
    private final Arena arena;
    private final Contents contents;
    private final WeightReader weights;
    private final ContentDigest digest;

    /**
     * All but the weights.
     *
     * @param format what kind of files, in words
     * @param template the chat template's own text, or null
     * @param endToken the spelling that the template knows as eos_token, or null
     * @param notes what whoever loads it should know, a sentence each
     */
    public record Contents(
            String format,
            LlamaConfig config,
            BpeTokenizer tokenizer,
            @Nullable ChatFormat chat,
            @Nullable String template,
            @Nullable String endToken,
            GenerationDefaults generation,
            Set<Integer> endIds,
            List<String> notes) {
        public Contents {
            endIds = Set.copyOf(endIds);
            notes = List.copyOf(notes);
        }
    }

    /**
     * @param arena that keeps the files mapped; closed with this
     * @param digest with all that decides the text but the weights
     */
    public CheckpointFiles(Arena arena, Contents contents, WeightReader weights, ContentDigest digest) {
        this.arena = arena;
        this.contents = contents;
        this.weights = weights;
        this.digest = digest;
    }

    public Contents contents() {
        return contents;
    }

    public WeightReader weights() {
        return weights;
    }

    /** How many tensors there are of each type, as they will be once loaded. */
    public Map<WeightType, Integer> tensorsByType(WeightPlan plan) {
        Map<WeightType, Integer> counts = new TreeMap<>();
        for (Tensor tensor : weights.tensors()) {
            WeightType type = tensor.shape().size() == 1 ? tensor.type() : weights.typeOf(tensor, plan);
            counts.merge(type, 1, Integer::sum);
        }
        return counts;
    }

    /** As {@link #load(WeightPlan, LongConsumer)}, and tells nobody how far it is. */
    public LoadedCheckpoint load(WeightPlan plan) {
        return load(plan, bytesRead -> {});
    }

    /**
     * Reads all weights, once.
     *
     * @param progress told how many of {@link WeightReader#fileBytes} were read
     * @throws CheckpointException if one of them is not finite
     */
    public LoadedCheckpoint load(WeightPlan plan, LongConsumer progress) {
        digest.add("end", new TreeSet<>(contents.endIds).toString());
        return new LoadedCheckpoint(
                contents.config,
                weights.read(plan, digest, progress),
                contents.tokenizer,
                contents.chat,
                contents.generation,
                contents.endIds,
                digest.finish());
    }

    @Override
    public void close() {
        arena.close();
    }
}

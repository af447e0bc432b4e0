package dev.scriptorium.event;

import org.jspecify.annotations.Nullable;

/**
 * All that must be equal for a completion to be byte-identical, beside its resolved sampling.
 *
 * @param model the model's name in the pipeline
 * @param weightsDigest {@code sha256:} and 64 hex digits over the model's weights, tokenizer and template
 * @param runtimeVersion version of this program
 * @param promptDigest {@code sha256:} and 64 hex digits over the ids of the prompt's tokens, each as 4 bytes,
 *     big-endian; null for a model that has not seen a prompt yet
 */
public record Provenance(
        String model,
        String weightsDigest,
        String runtimeVersion,
        @Nullable String promptDigest) {
    /** Of a model, before any prompt. */
    public Provenance(String model, String weightsDigest, String runtimeVersion) {
        this(model, weightsDigest, runtimeVersion, null);
    }

    /** The same model after a prompt of this digest. */
    public Provenance of(String digest) {
        return new Provenance(model, weightsDigest, runtimeVersion, digest);
    }
}

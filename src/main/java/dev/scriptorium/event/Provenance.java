package dev.scriptorium.event;

/**
 * All that must be equal for a completion to be byte-identical, beside the prompt and its resolved sampling.
 *
 * @param model the model's name in the pipeline
 * @param weightsDigest {@code sha256:} and 64 hex digits over the model's weights, tokenizer and template
 * @param runtimeVersion version of this program
 */
public record Provenance(String model, String weightsDigest, String runtimeVersion) {}

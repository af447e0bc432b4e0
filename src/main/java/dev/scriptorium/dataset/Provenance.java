package dev.scriptorium.dataset;

import dev.scriptorium.event.ResolvedSampling;

/**
 * All that is needed to write a row's text again, byte for byte, beside its prompt and seed row.
 *
 * @param request the id of the request that wrote it, in the recipe's job
 * @param recipeDigest {@code sha256:} and 64 hex digits over the recipe, its seeds and its benchmarks
 * @param templateVersion the template's {@link Template#version}
 * @param model its name in the pipeline
 * @param weightsDigest of its weights, tokenizer and chat template
 * @param runtimeVersion of this program
 * @param promptDigest over the ids of the prompt's tokens
 * @param sampling with nothing left open, the seed included
 */
public record Provenance(
        String request,
        String recipeDigest,
        String templateVersion,
        String model,
        String weightsDigest,
        String runtimeVersion,
        String promptDigest,
        ResolvedSampling sampling) {}

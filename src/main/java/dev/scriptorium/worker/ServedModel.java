package dev.scriptorium.worker;

import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.Tokenizer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A model with all that turns its ids into text.
 *
 * @param chat null if the model cannot take messages
 * @param defaults what the model's generation_config says; they count where neither request nor pipeline says anything
 * @param endIds ids after which a sequence is over; they count as tokens and never show in text
 */
public record ServedModel(
        LanguageModel model,
        Tokenizer tokenizer,
        @Nullable ChatFormat chat,
        Sampling defaults,
        Set<Integer> endIds,
        Provenance provenance) {
    public ServedModel {
        endIds = Set.copyOf(endIds);
        // A smaller cache would cut texts that a larger one does not, and a text must not depend on its worker.
        long cacheTokens = (long) model.cacheBlocksMax() * model.cacheBlockTokens();
        if (cacheTokens < model.contextLength()) {
            throw new IllegalArgumentException("the key/value cache of model '%s' has room for %d tokens, but it must"
                            .formatted(provenance.model(), cacheTokens)
                    + " hold at least one context of " + model.contextLength());
        }
    }
}

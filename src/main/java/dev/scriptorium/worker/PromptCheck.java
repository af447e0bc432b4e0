package dev.scriptorium.worker;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Provenance;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.Tokenizer;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says of a prompt what a worker would say before its model sees it, without the model's weights: how many tokens it
 * has, or why it is rejected. Safe for one thread.
 */
public final class PromptCheck {
    private final Preparation preparation;

    /**
     * @param name of the model, as rejections call it
     * @param sizes what must be known of the model itself
     * @param chat null if the model cannot take messages
     * @param defaults what the model's generation_config says
     */
    public PromptCheck(
            String name,
            Sizes sizes,
            Tokenizer tokenizer,
            @Nullable ChatFormat chat,
            Sampling defaults,
            Set<Integer> endIds) {
        this.preparation = new Preparation(new ServedModel(
                new Weightless(sizes), tokenizer, chat, defaults, endIds, new Provenance(name, "none", "none")));
    }

    /**
     * @param vocabularySize ids that the model knows
     * @param contextLength most tokens of prompt and output together
     */
    public record Sizes(int vocabularySize, int contextLength) {}

    /** What would become of a prompt. */
    public sealed interface Verdict {
        /**
         * @param promptTokens that the model would read
         * @param completionTokensMax that it would write at most, of all choices together
         */
        record Counted(int promptTokens, long completionTokensMax) implements Verdict {}

        record Rejected(Rejection rejection) implements Verdict {}
    }

    /** @param prompt with the pipeline's defaults filled in */
    public Verdict check(Prompt prompt, Instant now) {
        try {
            Preparation.Ready ready = preparation.prepare(prompt);
            int promptTokens = ready.promptIds().length;
            return new Verdict.Counted(promptTokens, ready.tokensOfAll() - promptTokens);
        } catch (Preparation.Refusal refusal) {
            return new Verdict.Rejected(Rejection.of(prompt, refusal.code(), refusal.words(), refusal.field(), now));
        }
    }

    /** A model of which nothing is known but its sizes. */
    private record Weightless(Sizes sizes) implements LanguageModel {
        @Override
        public int vocabularySize() {
            return sizes.vocabularySize();
        }

        @Override
        public int contextLength() {
            return sizes.contextLength();
        }

        @Override
        public int cacheBlockTokens() {
            return sizes.contextLength();
        }

        @Override
        public int cacheBlocksMax() {
            return 1;
        }

        @Override
        public int cacheBlocksFree() {
            return 1;
        }

        @Override
        public CachedSequence open(int tokensMax) {
            throw new IllegalStateException("a model without weights has no sequences");
        }

        @Override
        public Logits forward(List<? extends Chunk> step) {
            throw new IllegalStateException("a model without weights computes nothing");
        }
    }
}

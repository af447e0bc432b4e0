package dev.scriptorium.worker;

import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.Usage;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import dev.scriptorium.sample.Sampler;
import dev.scriptorium.sample.SamplerOptions;
import dev.scriptorium.token.Tokenizer.TextDecoder;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** One sequence on its way from prompt to text: its tokens, its cache, its sampler, its times. */
final class Generation implements AutoCloseable {
    private final Task task;
    private final ServedModel served;
    private final ResolvedSampling sampling;
    private final int promptTokens;
    private final int tokensMax;
    private final TextDecoder decoder;
    private final StopText text;
    /** Prompt and output; the first {@code length} are known. */
    private int[] ids;

    private int length;
    private @Nullable CachedSequence cache;
    private @Nullable Sampler sampler;
    private @Nullable Instant firstStepAt;
    private @Nullable Instant firstTokenAt;
    private @Nullable Instant lastTokenAt;

    Generation(Task task, Preparation.Ready ready, ServedModel served) {
        this.task = task;
        this.served = served;
        this.sampling = ready.sampling();
        this.promptTokens = ready.promptIds().length;
        this.tokensMax = ready.tokensMax();
        // Prompt and completion put together must read as one text; an answer in a chat stands on its own.
        this.decoder = switch (task.prompt().input()) {
            case Input.Text _ -> served.tokenizer().continuation();
            case Input.Chat _ -> served.tokenizer().decoder();
        };
        this.text = new StopText(sampling.stop());
        this.ids = ready.promptIds();
        this.length = promptTokens;
    }

    Task task() {
        return task;
    }

    ResolvedSampling sampling() {
        return sampling;
    }

    int promptTokens() {
        return promptTokens;
    }

    int tokensMax() {
        return tokensMax;
    }

    /** Takes its place in the cache; again after {@link #close}, to be computed anew from the first token. */
    void open() {
        cache = served.model().open(tokensMax);
        if (sampler == null) {
            sampler = new Sampler(options(sampling), served.model().vocabularySize());
            sampler.prompt(Arrays.copyOf(ids, promptTokens));
        }
    }

    /** The next piece of it for a step: {@code count} tokens from position {@code start}. */
    Chunk chunk(int start, int count, boolean wantsLogits, Instant now) {
        CachedSequence open = cache;
        if (open == null || open.length() != start) {
            throw new IllegalStateException("the cache of request %s holds %s tokens, but the scheduler says %d"
                    .formatted(task.prompt().request(), open == null ? "no" : open.length(), start));
        }
        if (firstStepAt == null) {
            firstStepAt = now;
        }
        return new Chunk(open, Arrays.copyOfRange(ids, start, start + count), wantsLogits);
    }

    /**
     * Chooses the next token from one row of logits.
     *
     * @return why the text ends with it, null if it goes on
     */
    @Nullable
    FinishReason sample(Logits logits, int row, Instant now) {
        Sampler chooser = sampler;
        if (chooser == null) {
            throw new IllegalStateException("request " + task.prompt().request() + " was never opened");
        }
        int position = length - promptTokens;
        int id = chooser.pick(logits.values(), row * logits.vocabularySize(), position);
        add(id);
        if (firstTokenAt == null) {
            firstTokenAt = now;
        }
        lastTokenAt = now;
        if (served.endIds().contains(id)) {
            text.push(decoder.finish());
            return FinishReason.STOP;
        }
        if (!served.tokenizer().isControl(id) && text.push(decoder.push(id))) {
            return FinishReason.STOP;
        }
        if (position + 1 < sampling.maxTokens()) {
            return null;
        }
        return text.push(decoder.finish()) ? FinishReason.STOP : FinishReason.LENGTH;
    }

    String text() {
        return text.text();
    }

    Usage usage() {
        return new Usage(promptTokens, length - promptTokens);
    }

    /** Clocks of two machines may disagree, so no span is shown as less than nothing. */
    Timings timings() {
        return new Timings(
                span(task.assignment().admittedAt(), firstStepAt),
                span(firstStepAt, firstTokenAt),
                span(firstTokenAt, lastTokenAt));
    }

    /** Gives its place in the cache back. */
    @Override
    public void close() {
        CachedSequence open = cache;
        cache = null;
        if (open != null) {
            open.close();
        }
    }

    private void add(int id) {
        if (length == ids.length) {
            ids = Arrays.copyOf(ids, Math.min(tokensMax, length + length / 2 + 16));
        }
        ids[length++] = id;
    }

    private static SamplerOptions options(ResolvedSampling sampling) {
        return new SamplerOptions(
                (float) sampling.temperature(),
                sampling.topK(),
                (float) sampling.topP(),
                (float) sampling.minP(),
                (float) sampling.repetitionPenalty(),
                (float) sampling.frequencyPenalty(),
                (float) sampling.presencePenalty(),
                sampling.seed());
    }

    private static Duration span(@Nullable Instant from, @Nullable Instant to) {
        if (from == null || to == null || to.isBefore(from)) {
            return Duration.ZERO;
        }
        return Duration.between(from, to);
    }
}

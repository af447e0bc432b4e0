package dev.scriptorium.worker;

import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.ResolvedSampling;
import dev.scriptorium.event.Timings;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.grammar.Automaton;
import dev.scriptorium.model.LanguageModel.CachedSequence;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import dev.scriptorium.sample.Sampler;
import dev.scriptorium.sample.SamplerOptions;
import dev.scriptorium.token.Tokenizer.TextDecoder;
import dev.scriptorium.worker.text.Form;
import dev.scriptorium.worker.text.Notes;
import dev.scriptorium.worker.text.StopText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One sequence on its way from prompt to text: its tokens, its cache, its sampler, its times. It is its own chunk of
 * each step, so that a step makes no garbage.
 */
final class Generation implements Chunk, AutoCloseable {
    private static final long NEVER = Long.MIN_VALUE;

    private final List<Asker> askers = new ArrayList<>();
    private final ServedModel served;
    private final ResolvedSampling sampling;
    private final int promptTokens;
    private final int tokensMax;
    private final TextDecoder decoder;
    private final StopText text;
    private final PromptLookup lookup;
    private final Notes notes;
    private final @Nullable Form form;
    /** Prompt and output; the first {@code length} are known. */
    private int[] ids;

    private int length;
    private @Nullable CachedSequence cache;
    private @Nullable Sampler sampler;
    private int chunkFrom;
    private int chunkCount;
    private int chunkGuesses;
    private boolean chunkCatchesUp;
    private int cachedTokens;
    // milliseconds since 1970
    private long firstStepAt = NEVER;
    private long firstTokenAt = NEVER;
    private long lastTokenAt = NEVER;
    private long tokenGapMillis = -1;

    /**
     * @param choice which of the answer's
     * @param guessesMax tokens it may guess at once
     */
    Generation(Answer answer, int choice, Preparation.Ready ready, ServedModel served, int guessesMax) {
        Prompt prompt = answer.task().prompt();
        this.askers.add(new Asker(answer, choice, prompt.delivery().stream() ? new Pieces(prompt, choice) : null));
        this.served = served;
        this.sampling = answer.sampling(choice);
        this.promptTokens = ready.promptIds().length;
        this.tokensMax = ready.tokensMax();
        // Prompt and completion put together must read as one text; an answer in a chat stands on its own.
        boolean isChat = switch (prompt.input()) {
            case Input.Text _ -> false;
            case Input.Chat _ -> true;
        };
        this.decoder =
                isChat ? served.tokenizer().decoder() : served.tokenizer().continuation();
        this.notes = new Notes(prompt.answer(), choice, isChat, promptTokens, served.tokenizer());
        Automaton automaton = ready.form();
        this.form = automaton == null ? null : new Form(automaton.cursor(), served.endIds());
        this.text = new StopText(sampling.stop());
        this.lookup = new PromptLookup(guessesMax);
        this.ids = ready.promptIds();
        this.length = promptTokens;
    }

    /** One who gets the text as one choice of an answer. */
    record Asker(Answer answer, int choice, @Nullable Pieces pieces) {
        Task task() {
            return answer.task();
        }
    }

    /** Who gets the text, at least one. */
    List<Asker> askers() {
        return askers;
    }

    /** The first who asked for it. */
    Task task() {
        return askers.getFirst().task();
    }

    /** Those who asked for the same get this one's text. */
    void join(Generation twin) {
        askers.addAll(twin.askers);
    }

    ResolvedSampling sampling() {
        return sampling;
    }

    int[] promptIds() {
        return Arrays.copyOf(ids, promptTokens);
    }

    int promptTokens() {
        return promptTokens;
    }

    int tokensMax() {
        return tokensMax;
    }

    /** How many tokens are known: prompt and output so far. */
    int length() {
        return length;
    }

    /** Tokens of the prompt that need not be computed because the cache had them. */
    int cachedTokens() {
        return cachedTokens;
    }

    /** Takes its place in the cache; again after {@link #close}, to be computed anew from the first token. */
    void open() {
        cache = served.model().open(tokensMax);
        if (length == promptTokens) {
            cachedTokens = 0;
        }
        if (sampler == null) {
            sampler = new Sampler(options(sampling), served.model().vocabularySize());
            sampler.prompt(Arrays.copyOf(ids, promptTokens));
        }
    }

    /** Has what is in the cache of its first {@code known} tokens; returns how many are computed now. */
    int reuse(int known) {
        CachedSequence open = sequence();
        int before = open.length();
        // What is noted of the prompt must be computed.
        int after = notes.wantsPrompt() ? before : open.reuse(ids, known);
        if (length == promptTokens) {
            cachedTokens += after - before;
        }
        return after;
    }

    /** Puts guesses of its next tokens behind the known ones; returns how many. */
    int guess(int guessesMax) {
        // The last token needs no guess after it: it ends the text.
        int most = Math.min(guessesMax, tokensMax - length - 1);
        if (most > ids.length - length) {
            grow(length + most);
        }
        return lookup.guess(ids, length, most);
    }

    boolean beginsLike(Generation other, int tokens) {
        return Arrays.equals(ids, 0, tokens, other.ids, 0, tokens);
    }

    /**
     * Makes it a chunk of the next step.
     *
     * @param from position of its first token
     * @param guesses how many of the {@code count} tokens are guesses
     * @param catchesUp whether all known tokens are in it, so that the next can be sampled
     */
    Generation chunk(int from, int count, int guesses, boolean catchesUp, long now) {
        CachedSequence open = sequence();
        if (open.length() != from) {
            throw new IllegalStateException("the cache of request %s holds %d tokens, but the scheduler says %d"
                    .formatted(task().prompt().request(), open.length(), from));
        }
        if (firstStepAt == NEVER) {
            firstStepAt = now;
        }
        chunkFrom = from;
        chunkCount = count;
        chunkGuesses = guesses;
        chunkCatchesUp = catchesUp;
        return this;
    }

    @Override
    public CachedSequence sequence() {
        CachedSequence open = cache;
        if (open == null) {
            throw new IllegalStateException("request " + task().prompt().request() + " has no place in the cache");
        }
        return open;
    }

    @Override
    public int[] ids() {
        return ids;
    }

    @Override
    public int from() {
        return chunkFrom;
    }

    @Override
    public int count() {
        return chunkCount;
    }

    @Override
    public int logitRows() {
        return promptRows() + (chunkCatchesUp ? 1 + chunkGuesses : 0);
    }

    /** How many of its rows, before those from which it is sampled, tell of the prompt's own tokens. */
    int promptRows() {
        return notes.wantsPrompt() ? Math.clamp(promptTokens - 1L - chunkFrom, 0, chunkCount) : 0;
    }

    /** Notes what the rows of its chunk tell of the prompt. */
    void notePrompt(Logits rows, int firstRow) {
        notes.prompt(ids, chunkFrom, rows.values(), firstRow, promptRows(), rows.vocabularySize());
    }

    /** Whether it is over once its prompt is computed. */
    boolean wantsNoText() {
        return sampling.maxTokens() == 0;
    }

    /** Its prompt was computed. */
    void promptDone(long now) {
        firstTokenAt = now;
        lastTokenAt = now;
    }

    /** Guesses in its chunk. */
    int guesses() {
        return chunkGuesses;
    }

    /** The token guessed for the place of the one that is sampled next. */
    int nextGuess() {
        return ids[length];
    }

    /** The token sampled last. */
    int lastId() {
        return ids[length - 1];
    }

    /** Forgets the guesses of the last step that were wrong, and learns from them. */
    void settleGuesses(int right) {
        lookup.learn(chunkGuesses, right);
        sequence().truncate(length - 1);
    }

    /**
     * Chooses the next token from one row of logits.
     *
     * @return why the text ends with it, null if it goes on
     */
    @Nullable
    FinishReason sample(Logits logits, int row, long now) {
        Sampler chooser = sampler;
        if (chooser == null) {
            throw new IllegalStateException("request " + task().prompt().request() + " was never opened");
        }
        int position = length - promptTokens;
        int offset = row * logits.vocabularySize();
        Form held = form;
        int id = chooser.pick(logits.values(), offset, position, held == null ? null : held.allowed());
        notes.output(id, logits.values(), offset, logits.vocabularySize());
        add(id);
        if (firstTokenAt == NEVER) {
            firstTokenAt = now;
        }
        tokenGapMillis = lastTokenAt == NEVER ? -1 : Math.max(0, now - lastTokenAt);
        lastTokenAt = now;
        if (served.endIds().contains(id)) {
            text.push(decoder.finish());
            return FinishReason.STOP;
        }
        boolean whole = held != null && held.accept(id);
        boolean stopped = !served.tokenizer().isControl(id) && text.push(decoder.push(id));
        if (!stopped && !whole && position + 1 < sampling.maxTokens()) {
            return null;
        }
        stopped = stopped || text.push(decoder.finish());
        if (held != null && stopped) {
            throw new Form.ViolationException("a stop text cut it");
        }
        if (held != null) {
            held.requireEnd("it had its %d tokens".formatted(position + 1));
        }
        return stopped || whole ? FinishReason.STOP : FinishReason.LENGTH;
    }

    /** Time between the last two tokens; -1 while there are none. */
    long tokenGapMillis() {
        return tokenGapMillis;
    }

    /** Whether one of those who asked wants to see it grow. */
    boolean isStreamed() {
        return askers.getFirst().pieces() != null;
    }

    /**
     * The piece of the text that is complete now, for one who wants to see it grow; null if there is none.
     *
     * @param reason why the text ended, null if it goes on
     */
    @Nullable
    TokenChunk piece(Asker asker, @Nullable FinishReason reason) {
        Pieces pieces = asker.pieces();
        if (pieces == null) {
            return null;
        }
        int tokens = length - promptTokens;
        return reason == null ? pieces.after(tokens, text) : pieces.last(tokens, text, reason);
    }

    String text() {
        return text.text();
    }

    /** Whether what there is of it may be given as an answer. */
    boolean mayBeCut() {
        return completionTokens() > 0 && (form == null || form.mayEnd());
    }

    int completionTokens() {
        return length - promptTokens;
    }

    Notes notes() {
        return notes;
    }

    /** Clocks of two machines may disagree, so no span is shown as less than nothing. */
    Timings timings(Task task) {
        return new Timings(
                span(task.assignment().admittedAt().toEpochMilli(), firstStepAt),
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
            grow(length + 1);
        }
        ids[length++] = id;
    }

    private void grow(int capacity) {
        ids = Arrays.copyOf(ids, Math.min(tokensMax, Math.max(capacity, length + length / 2 + 16)));
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

    private static Duration span(long from, long to) {
        return from == NEVER || to == NEVER ? Duration.ZERO : Duration.ofMillis(Math.max(0, to - from));
    }
}

package dev.scriptorium.simulation;

import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.simulation.DummyTokenizer.Fault;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A model whose logits are a hash of the sequence's tokens: a function of them alone, at any batch and in any chunks,
 * as a real model's are. Eight words are likely at each position, so sampling has something to choose from.
 */
public final class DummyModel implements LanguageModel {
    /** Far enough below the likely words that no temperature reaches it. */
    private static final float UNLIKELY = -400;

    private static final float LIKELIEST = 8;
    private static final float CERTAIN = 400;
    private static final int LIKELY_WORDS = 8;
    /** Positions of one block of the cache. */
    private static final int BLOCK_TOKENS = 16;

    /** The state after which nothing is finite. */
    private static final long DAMAGED = 0;

    private static final long END_SALT = 0x5851f42d4c957f2dL;

    private final DummySettings settings;
    private final int vocabularySize;
    private final Runnable crash;
    private final AtomicInteger blocksFree;
    private long sharedPasses;

    /**
     * @param vocabularySize of its {@link DummyTokenizer}
     * @param crash takes the process down; called for {@code crash_on}
     */
    public DummyModel(DummySettings settings, int vocabularySize, Runnable crash) {
        this.settings = settings;
        this.vocabularySize = vocabularySize;
        this.crash = crash;
        this.blocksFree = new AtomicInteger(cacheBlocksMax());
    }

    /** Ids after which a text is over. */
    public static Set<Integer> endIds() {
        return Set.of(DummyTokenizer.END);
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int contextLength() {
        return settings.contextTokens();
    }

    @Override
    public int cacheBlockTokens() {
        return BLOCK_TOKENS;
    }

    @Override
    public int cacheBlocksMax() {
        return blocks(settings.contextTokens()) * settings.cacheSequences();
    }

    @Override
    public int cacheBlocksFree() {
        return blocksFree.get();
    }

    @Override
    public CachedSequence open(int tokensMax) {
        if (tokensMax > settings.contextTokens()) {
            throw new IllegalStateException("a sequence of %d tokens does not fit: the context is %d"
                    .formatted(tokensMax, settings.contextTokens()));
        }
        return new Sequence();
    }

    @Override
    public Logits forward(List<? extends Chunk> step) {
        int tokens = step.stream().mapToInt(Chunk::count).sum();
        int blocks = step.stream().mapToInt(DummyModel::blocksOf).sum();
        if (blocks > blocksFree.get()) {
            throw new IllegalStateException(
                    "the step needs %d blocks, but %d are free".formatted(blocks, blocksFree.get()));
        }
        take(TimeUnit.MILLISECONDS.toNanos(settings.stepMs())
                + TimeUnit.MICROSECONDS.toNanos((long) settings.tokenUs() * tokens));
        if (step.size() > 1 && settings.throwEverySteps() > 0 && ++sharedPasses % settings.throwEverySteps() == 0) {
            throw new IllegalStateException("dummy engine: a pass fails, as throw_every_steps asks");
        }
        step.forEach(this::fail);
        int rows = step.stream().mapToInt(Chunk::logitRows).sum();
        float[] values = new float[Math.multiplyExact(rows, vocabularySize)];
        int row = 0;
        for (Chunk chunk : step) {
            Sequence sequence = (Sequence) chunk.sequence();
            sequence.pass(chunk);
            for (int back = chunk.logitRows() - 1; back >= 0; back--) {
                fill(values, row++ * vocabularySize, sequence.states[sequence.length - back]);
            }
        }
        return new Logits(values, rows, vocabularySize);
    }

    /** The faults that a chunk's words ask for. */
    private void fail(Chunk chunk) {
        for (int i = chunk.from(); i < chunk.from() + chunk.count(); i++) {
            if (chunk.ids()[i] == Fault.THROW.id()) {
                throw new IllegalStateException("dummy engine: the prompt has '" + settings.throwOn() + "'");
            }
            if (chunk.ids()[i] == Fault.CRASH.id()) {
                crash.run();
            }
        }
    }

    private void fill(float[] values, int offset, long state) {
        int end = offset + vocabularySize;
        if (state == DAMAGED) {
            Arrays.fill(values, offset, end, Float.NaN);
            return;
        }
        Arrays.fill(values, offset, end, UNLIKELY);
        for (int rank = 0; rank < LIKELY_WORDS; rank++) {
            int word = DummyTokenizer.word(below(state + rank, DummyTokenizer.words()));
            values[offset + word] = Math.max(values[offset + word], LIKELIEST - rank / 2f);
        }
        if (settings.outputTokens() > 0 && below(state ^ END_SALT, settings.outputTokens()) == 0) {
            values[offset + DummyTokenizer.END] = CERTAIN;
        }
    }

    private static int blocksOf(Chunk chunk) {
        int length = chunk.sequence().length();
        return blocks(length + chunk.count()) - blocks(length);
    }

    private static int blocks(int tokens) {
        return (tokens + BLOCK_TOKENS - 1) / BLOCK_TOKENS;
    }

    /** Waits as a computation would, whatever wakes the thread meanwhile. */
    private static void take(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private static int below(long key, int bound) {
        return (int) Long.remainderUnsigned(mix(key), bound);
    }

    /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
    private static long mix(long value) {
        long mixed = value + 0x9e3779b97f4a7c15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xbf58476d1ce4e5b9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
        return mixed ^ (mixed >>> 31);
    }

    /** One number a position in the place of a key/value cache. */
    private final class Sequence implements CachedSequence {
        /** The state after so many tokens. */
        private long[] states = new long[BLOCK_TOKENS];

        private int length;

        private Sequence() {
            states[0] = mix(settings.seed());
        }

        private void pass(Chunk chunk) {
            int to = length + chunk.count();
            blocksFree.addAndGet(blocks(length) - blocks(to));
            if (to >= states.length) {
                states = Arrays.copyOf(states, Math.max(to + 1, 2 * states.length));
            }
            for (int i = 0; i < chunk.count(); i++) {
                int token = chunk.ids()[chunk.from() + i];
                boolean damaged = states[length] == DAMAGED || token == Fault.NAN.id();
                states[length + 1] = damaged ? DAMAGED : mix(states[length] * 31 + token);
                length++;
            }
        }

        @Override
        public int length() {
            return length;
        }

        /** It computes so fast that there is nothing to gain. */
        @Override
        public int reuse(int[] ids, int count) {
            return length;
        }

        @Override
        public void truncate(int shorter) {
            blocksFree.addAndGet(blocks(length) - blocks(shorter));
            length = shorter;
        }

        @Override
        public void close() {
            truncate(0);
        }
    }
}

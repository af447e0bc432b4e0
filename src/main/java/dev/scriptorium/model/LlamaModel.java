package dev.scriptorium.model;

import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.Kernels.Range;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedRows;
import dev.scriptorium.model.LlamaWeights.Layer;
import java.util.Arrays;
import java.util.List;

/**
 * Llama 2 in pure Java: every chunk of a step goes through the layers together, so that each weight is read once a
 * step.
 *
 * <p>All time goes into {@link Kernels#product}; with long sequences some of it into {@link #attend}.
 *
 * <p>One thread calls all methods but {@link #cacheBlocksFree}, which any may read. The model starts no thread and does
 * not close its team.
 */
public final class LlamaModel implements LanguageModel {
    /** Tasks smaller than this are done sooner than they are shared: about two microseconds on one thread. */
    private static final long SHARED_MULTIPLICATIONS_MIN = 1 << 16;

    private final LlamaConfig config;
    private final LlamaWeights weights;
    private final Kernels kernels;
    private final ComputeTeam team;
    private final KeyValueCache cache;
    private final RotaryTable rotary;
    private final Activations a;
    private final Kernels.Head head;
    private final Batch batch;
    private float[] logits = {}; // (row, vocabularySize), as many rows as the largest step wanted

    /**
     * @param kernels whichever: all compute the same bits
     * @param team threads that share the work; outlives the model
     * @param cacheTokensMax positions over all sequences, rounded up to whole blocks of 16; memory is taken as they
     *     fill, {@link #cacheBytesPerToken} each
     * @throws IllegalArgumentException if a weight's shape is not what config says
     */
    public LlamaModel(LlamaConfig config, LlamaWeights weights, Kernels kernels, ComputeTeam team, int cacheTokensMax) {
        Shapes.check(config, weights);
        this.config = config;
        this.weights = weights;
        this.kernels = kernels;
        this.team = team;
        this.cache = new KeyValueCache(config, cacheTokensMax);
        this.batch = new Batch(cache, config.vocabularySize());
        this.rotary = new RotaryTable(config.headSize(), config.ropeTheta(), config.ropeScaling());
        this.a = new Activations(config, team.threads());
        this.head = new Kernels.Head(config.headSize(), (float) (1.0 / Math.sqrt(config.headSize())));
    }

    /** Heap bytes that one position of one sequence takes in the cache. */
    public static long cacheBytesPerToken(LlamaConfig config) {
        return new KeyValueCache(config, 1).blockBytes() / KeyValueCache.BLOCK_POSITIONS;
    }

    @Override
    public int vocabularySize() {
        return config.vocabularySize();
    }

    @Override
    public int contextLength() {
        return config.contextLength();
    }

    @Override
    public int cacheBlockTokens() {
        return KeyValueCache.BLOCK_POSITIONS;
    }

    @Override
    public int cacheBlocksMax() {
        return cache.blocksMax();
    }

    @Override
    public int cacheBlocksFree() {
        return cache.blocksFree();
    }

    @Override
    public CachedSequence open(int tokensMax) {
        if (tokensMax < 1 || tokensMax > config.contextLength()) {
            throw new IllegalArgumentException("a sequence of " + tokensMax + " tokens; must be 1 to "
                    + config.contextLength() + ", the model's context");
        }
        return cache.open(tokensMax);
    }

    /** @throws IllegalArgumentException if the step breaks a rule; nothing was changed then */
    @Override
    public Logits forward(List<? extends Chunk> step) {
        batch.fill(step);
        int positions = batch.growSequences();
        a.growTo(batch.tokens(), positions);
        rotary.growTo(positions);

        embed();
        for (int layer = 0; layer < config.layers(); layer++) {
            Layer w = weights.layers().get(layer);
            // what each token looks for, offers and carries
            norm(w.attentionNorm(), batch.tokens());
            project(w, batch.tokens());
            rotateAndRemember(layer);
            // what it finds in the tokens before it
            attend(layer);
            pack(a.attended, config.querySize(), batch.tokens());
            addProduct(w.attentionOutput(), a.packed, batch.tokens());
            // what it makes of that
            norm(w.feedForwardNorm(), batch.tokens());
            gate(w, batch.tokens());
            addProduct(w.down(), a.packedInner, batch.tokens());
        }
        batch.advance();
        return logits();
    }

    /** hidden = embedding[id] */
    private void embed() {
        int stride = Kernels.stride(config.hiddenSize());
        for (int token = 0; token < batch.tokens(); token++) {
            weights.embedding().row(batch.id(token), a.embedding);
            System.arraycopy(a.embedding, 0, a.hidden, token * stride, config.hiddenSize());
        }
    }

    /** normed = hidden / rms(hidden) * weights */
    private void norm(float[] normWeights, int tokens) {
        int stride = Kernels.stride(config.hiddenSize());
        share((long) tokens * config.hiddenSize(), (part, parts) -> {
            Range range = Range.share(tokens, part, parts);
            for (int token = range.start(); token < range.end(); token++) {
                kernels.rmsNorm(a.hidden, token * stride, normWeights, config.rmsNormEpsilon(), a.normed);
            }
        });
        pack(a.normed, config.hiddenSize(), tokens);
    }

    /** Lays rows out for a product. */
    private void pack(float[] x, int columns, int tokens) {
        kernels.shape(a.packed, tokens, columns);
        share((long) tokens * columns, (part, parts) -> {
            Range range = Range.share(columns, part, parts);
            a.packed.fill(x, range.start(), range.end());
        });
    }

    /** query, key, value = W normed */
    private void project(Layer w, int tokens) {
        share(work(w.query(), tokens) + 2 * work(w.key(), tokens), (part, parts) -> {
            product(w.query(), a.packed, a.query, part, parts);
            product(w.key(), a.packed, a.key, part, parts);
            product(w.value(), a.packed, a.value, part, parts);
        });
    }

    /** Turns queries and keys by the angles of their positions, and puts keys and values into the cache. */
    private void rotateAndRemember(int layer) {
        int queryStride = Kernels.stride(config.querySize());
        int keyStride = Kernels.stride(config.keyValueSize());
        long elements = (long) batch.tokens() * (config.querySize() + 2 * config.keyValueSize());
        share(elements, (part, parts) -> {
            Range range = Range.share(batch.tokens(), part, parts);
            for (int token = range.start(); token < range.end(); token++) {
                int position = batch.position(token);
                rotate(a.query, token * queryStride, config.heads(), position);
                rotate(a.key, token * keyStride, config.keyValueHeads(), position);
                batch.sequence(token).remember(layer, position, a.key, a.value, token * keyStride);
            }
        });
    }

    private void rotate(float[] x, int at, int heads, int position) {
        int half = config.headSize() / 2;
        for (int h = 0; h < heads; h++) {
            kernels.rotate(x, at + h * config.headSize(), half, rotary.cosines, rotary.sines, position * half);
        }
    }

    /** attended = softmax(query · keys / sqrt(headSize)) values, for each head over all positions up to the token's. */
    private void attend(int layer) {
        // Heads outside, tokens inside: a thread's share is some heads of all tokens, however long each of them looks
        // back, and the heads that share keys follow each other.
        int items = config.heads() * batch.tokens();
        share(batch.positionsSeen() * config.querySize() * 2, (part, parts) -> {
            Range range = Range.share(items, part, parts);
            for (int item = range.start(); item < range.end(); item++) {
                attend(layer, item % batch.tokens(), item / batch.tokens(), part);
            }
        });
    }

    private void attend(int layer, int token, int headIndex, int thread) {
        KeyValueCache.Sequence sequence = batch.sequence(token);
        int positions = batch.position(token) + 1;
        int keyValueHead = headIndex / (config.heads() / config.keyValueHeads());
        int at = token * Kernels.stride(config.querySize()) + headIndex * config.headSize();
        float[] scores = a.scores(thread);
        int keysAt = cache.keysAt(layer, keyValueHead);
        for (int p = 0; p < positions; p += KeyValueCache.BLOCK_POSITIONS) {
            kernels.scores(head, a.query, at, sequence.block(p / KeyValueCache.BLOCK_POSITIONS), keysAt, scores, p);
        }
        kernels.softmax(scores, 0, positions);
        float[] mixed = a.mixed[thread];
        Arrays.fill(mixed, 0f);
        int valuesAt = cache.valuesAt(layer, keyValueHead);
        for (int p = 0; p < positions; p += KeyValueCache.BLOCK_POSITIONS) {
            int count = Math.min(KeyValueCache.BLOCK_POSITIONS, positions - p);
            kernels.mix(
                    scores,
                    p,
                    count,
                    sequence.block(p / KeyValueCache.BLOCK_POSITIONS),
                    valuesAt,
                    cache.valueWidth(),
                    mixed);
        }
        System.arraycopy(mixed, 0, a.attended, at, config.headSize());
    }

    /** gate = silu(W normed) * (V normed) */
    private void gate(Layer w, int tokens) {
        int stride = Kernels.stride(config.intermediateSize());
        kernels.shape(a.packedInner, tokens, config.intermediateSize());
        share(2 * work(w.gate(), tokens), (part, parts) -> {
            Range rows = product(w.gate(), a.packed, a.gate, part, parts);
            product(w.up(), a.packed, a.up, part, parts);
            for (int token = 0; token < tokens; token++) {
                kernels.swiglu(a.gate, a.up, token * stride + rows.start(), rows.end() - rows.start());
            }
            a.packedInner.fill(a.gate, rows.start(), rows.end());
        });
    }

    /** hidden += W x */
    private void addProduct(Matrix w, PackedRows x, int tokens) {
        int stride = Kernels.stride(config.hiddenSize());
        share(work(w, tokens), (part, parts) -> {
            Range rows = product(w, x, a.branch, part, parts);
            for (int token = 0; token < tokens; token++) {
                int at = token * stride;
                kernels.add(a.hidden, a.branch, new Range(at + rows.start(), at + rows.end()));
            }
        });
    }

    /** The tokens whose logits are wanted, times the output matrix; no other token needs that. */
    private Logits logits() {
        int stride = Kernels.stride(config.hiddenSize());
        int rows = batch.rows();
        for (int row = 0; row < rows; row++) {
            // Rows only move towards the front, so none is overwritten before it was moved.
            System.arraycopy(a.hidden, batch.rowToken(row) * stride, a.hidden, row * stride, stride);
        }
        norm(weights.outputNorm(), rows);
        a.growLogits(rows);
        share(work(weights.output(), rows), (part, parts) -> {
            product(weights.output(), a.packed, a.logits, part, parts);
        });
        int size = config.vocabularySize();
        if (logits.length < rows * size) {
            logits = new float[Math.multiplyExact(rows, size)];
        }
        for (int row = 0; row < rows; row++) {
            System.arraycopy(a.logits, row * Kernels.stride(size), logits, row * size, size);
        }
        return new Logits(logits, rows, size);
    }

    private static long work(Matrix w, int tokens) {
        return (long) w.rows() * w.columns() * tokens;
    }

    /** This part's rows of W x; returns which they are, without padding. */
    private Range product(Matrix w, PackedRows x, float[] y, int part, int parts) {
        Range panels = Range.share(Kernels.panels(w.rows()), part, parts);
        kernels.product(w, panels, x, y, a.scratch[part]);
        return new Range(
                Math.min(w.rows(), Kernels.firstRow(panels.start())),
                Math.min(w.rows(), Kernels.firstRow(panels.end())));
    }

    private void share(long multiplications, ComputeTeam.Task task) {
        if (multiplications < SHARED_MULTIPLICATIONS_MIN) {
            task.run(0, 1);
        } else {
            team.run(task);
        }
    }
}

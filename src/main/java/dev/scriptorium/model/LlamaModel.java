package dev.scriptorium.model;

import dev.scriptorium.kernel.ComputeTeam;
import dev.scriptorium.kernel.Kernels;
import dev.scriptorium.kernel.Matrix;
import dev.scriptorium.kernel.PackedRows;
import dev.scriptorium.model.LlamaWeights.Layer;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

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

    /**
     * How uneven threads may be: one that loses its processor delays a task by a piece. Smaller pieces would load
     * activations too often.
     */
    private static final int PIECES_A_THREAD = 8;

    private final LlamaConfig config;
    private final LlamaWeights weights;
    private final Kernels kernels;
    private final ComputeTeam team;
    private final KeyValueCache cache;
    private final RotaryTable rotary;
    private final Activations a;
    private final Kernels.Head head;
    private final Set<PackedRows.Form> layerForms;
    private final Set<PackedRows.Form> outputForms;
    private final Batch batch;
    private Logits logits;

    // What the step is at, for the tasks below: made once, because a step must leave no garbage.
    private int layer;
    private Layer w;
    private float[] normWeights = {};
    private int normTokens;
    private float[] packed = {};
    private int packedColumns;
    private Matrix matrix;
    private PackedRows matrixOf;
    private final ComputeTeam.Pieces normTask = this::normPart;
    private final ComputeTeam.Pieces packTask = this::packPart;
    private final ComputeTeam.Pieces projectTask = this::projectPart;
    private final ComputeTeam.Pieces rotateTask = this::rotatePart;
    private final ComputeTeam.Pieces attendTask = this::attendPart;
    private final ComputeTeam.Pieces gateTask = this::gatePart;
    private final ComputeTeam.Pieces addProductTask = this::addProductPart;
    private final ComputeTeam.Pieces logitsTask = this::logitsPart;

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
        this.layerForms = PackedRows.Form.of(weights.layers().stream().flatMap(LlamaWeights.Layer::matrices));
        this.outputForms = PackedRows.Form.of(Stream.of(weights.output()));
        this.logits = new Logits(new float[0], 0, config.vocabularySize());
        this.w = weights.layers().getFirst();
        this.matrix = weights.output();
        this.matrixOf = a.packed;
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
        for (layer = 0; layer < config.layers(); layer++) {
            w = weights.layers().get(layer);
            // what each token looks for, offers and carries
            norm(w.attentionNorm(), batch.tokens(), layerForms);
            project();
            rotateAndRemember();
            // what it finds in the tokens before it
            attend();
            pack(a.attended, config.querySize(), batch.tokens(), layerForms);
            addProduct(w.attentionOutput(), a.packed);
            // what it makes of that
            norm(w.feedForwardNorm(), batch.tokens(), layerForms);
            gate();
            addProduct(w.down(), a.packedInner);
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
    private void norm(float[] of, int tokens, Set<PackedRows.Form> forms) {
        normWeights = of;
        normTokens = tokens;
        share((long) tokens * config.hiddenSize(), normTask);
        pack(a.normed, config.hiddenSize(), tokens, forms);
    }

    private void normPart(int piece, int pieces, int thread) {
        int stride = Kernels.stride(config.hiddenSize());
        int end = Kernels.share(normTokens, piece + 1, pieces);
        for (int token = Kernels.share(normTokens, piece, pieces); token < end; token++) {
            int at = token * stride;
            kernels.rmsNorm(a.hidden, at, normWeights, config.rmsNormEpsilon(), a.normed, a.scratch[thread]);
        }
    }

    /** Lays rows out for a product. */
    private void pack(float[] x, int columns, int tokens, Set<PackedRows.Form> forms) {
        kernels.shape(a.packed, tokens, columns, forms);
        packed = x;
        packedColumns = columns;
        share((long) tokens * columns, packTask);
    }

    private void packPart(int piece, int pieces, int thread) {
        int units = (packedColumns + PackedRows.FILL_COLUMNS - 1) / PackedRows.FILL_COLUMNS;
        int start = Kernels.share(units, piece, pieces) * PackedRows.FILL_COLUMNS;
        int end = Kernels.share(units, piece + 1, pieces) * PackedRows.FILL_COLUMNS;
        a.packed.fill(packed, start, Math.min(end, packedColumns));
    }

    /** query, key, value = W normed */
    private void project() {
        share(work(w.query(), batch.tokens()) + 2 * work(w.key(), batch.tokens()), projectTask);
    }

    private void projectPart(int piece, int pieces, int thread) {
        product(w.query(), a.packed, a.query, piece, pieces, thread);
        product(w.key(), a.packed, a.key, piece, pieces, thread);
        product(w.value(), a.packed, a.value, piece, pieces, thread);
    }

    /** Turns queries and keys by the angles of their positions, and puts keys and values into the cache. */
    private void rotateAndRemember() {
        share((long) batch.tokens() * (config.querySize() + 2 * config.keyValueSize()), rotateTask);
    }

    private void rotatePart(int piece, int pieces, int thread) {
        int queryStride = Kernels.stride(config.querySize());
        int keyStride = Kernels.stride(config.keyValueSize());
        int end = Kernels.share(batch.tokens(), piece + 1, pieces);
        for (int token = Kernels.share(batch.tokens(), piece, pieces); token < end; token++) {
            int position = batch.position(token);
            rotate(a.query, token * queryStride, config.heads(), position);
            rotate(a.key, token * keyStride, config.keyValueHeads(), position);
            batch.sequence(token).remember(layer, position, a.key, a.value, token * keyStride);
        }
    }

    private void rotate(float[] x, int at, int heads, int position) {
        int half = config.headSize() / 2;
        for (int h = 0; h < heads; h++) {
            kernels.rotate(x, at + h * config.headSize(), half, rotary.cosines, rotary.sines, position * half);
        }
    }

    /** attended = softmax(query · keys / sqrt(headSize)) values, for each head over all positions up to the token's. */
    private void attend() {
        share(batch.positionsSeen() * config.querySize() * 2, attendTask);
    }

    /**
     * Heads outside, tokens inside: a piece is some tokens of a head, and the heads that share keys follow each other.
     */
    private void attendPart(int piece, int pieces, int thread) {
        int end = Kernels.share(config.heads() * batch.tokens(), piece + 1, pieces);
        for (int item = Kernels.share(config.heads() * batch.tokens(), piece, pieces); item < end; item++) {
            attend(item % batch.tokens(), item / batch.tokens(), thread);
        }
    }

    private void attend(int token, int headIndex, int thread) {
        KeyValueCache.Sequence sequence = batch.sequence(token);
        int positions = batch.position(token) + 1;
        int keyValueHead = headIndex / (config.heads() / config.keyValueHeads());
        int at = token * Kernels.stride(config.querySize()) + headIndex * config.headSize();
        float[] scores = a.scores(thread);
        float[][] blocks = sequence.blocks();
        kernels.scores(head, a.query, at, blocks, cache.keysAt(layer, keyValueHead), positions, scores);
        kernels.softmax(scores, 0, positions, a.scratch[thread]);
        float[] mixed = a.mixed[thread];
        kernels.mix(scores, positions, blocks, cache.valuesAt(layer, keyValueHead), cache.valueWidth(), mixed);
        System.arraycopy(mixed, 0, a.attended, at, config.headSize());
    }

    /** gate = silu(W normed) * (V normed) */
    private void gate() {
        kernels.shape(a.packedInner, batch.tokens(), config.intermediateSize(), layerForms);
        share(2 * work(w.gate(), batch.tokens()), gateTask);
    }

    private void gatePart(int piece, int pieces, int thread) {
        product(w.gate(), a.packed, a.gate, piece, pieces, thread);
        product(w.up(), a.packed, a.up, piece, pieces, thread);
        int start = firstRow(w.gate(), piece, pieces);
        int end = firstRow(w.gate(), piece + 1, pieces);
        for (int token = 0; token < batch.tokens(); token++) {
            int at = token * Kernels.stride(config.intermediateSize());
            kernels.swiglu(a.gate, a.up, at + start, end - start, a.scratch[thread]);
        }
        a.packedInner.fill(a.gate, start, end);
    }

    /** hidden += W x */
    private void addProduct(Matrix of, PackedRows x) {
        matrix = of;
        matrixOf = x;
        share(work(of, batch.tokens()), addProductTask);
    }

    private void addProductPart(int piece, int pieces, int thread) {
        product(matrix, matrixOf, a.branch, piece, pieces, thread);
        int start = firstRow(matrix, piece, pieces);
        int end = firstRow(matrix, piece + 1, pieces);
        for (int token = 0; token < batch.tokens(); token++) {
            int at = token * Kernels.stride(config.hiddenSize());
            kernels.add(a.hidden, a.branch, at + start, at + end);
        }
    }

    /** The tokens whose logits are wanted, times the output matrix; no other token needs that. */
    private Logits logits() {
        int stride = Kernels.stride(config.hiddenSize());
        int rows = batch.rows();
        for (int row = 0; row < rows; row++) {
            // Rows only move towards the front, so none is overwritten before it was moved.
            System.arraycopy(a.hidden, batch.rowToken(row) * stride, a.hidden, row * stride, stride);
        }
        norm(weights.outputNorm(), rows, outputForms);
        a.growLogits(rows);
        share(work(weights.output(), rows), logitsTask);
        int size = config.vocabularySize();
        float[] values = logits.values();
        if (values.length < rows * size) {
            values = new float[Math.multiplyExact(rows, size)];
        }
        for (int row = 0; row < rows; row++) {
            System.arraycopy(a.logits, row * Kernels.stride(size), values, row * size, size);
        }
        if (logits.rows() != rows || logits.values().length != values.length) {
            logits = new Logits(values, rows, size);
        }
        return logits;
    }

    private void logitsPart(int piece, int pieces, int thread) {
        product(weights.output(), a.packed, a.logits, piece, pieces, thread);
    }

    private static long work(Matrix w, int tokens) {
        return (long) w.rows() * w.columns() * tokens;
    }

    /** This piece's rows of W x. */
    private void product(Matrix of, PackedRows x, float[] y, int piece, int pieces, int thread) {
        int panels = Kernels.panels(of.rows());
        int panel = Kernels.share(panels, piece, pieces);
        kernels.product(of, panel, Kernels.share(panels, piece + 1, pieces), x, y, a.scratch[thread]);
    }

    /** Where a piece's rows begin; padding belongs to nobody. */
    private static int firstRow(Matrix of, int piece, int pieces) {
        int panel = Kernels.share(Kernels.panels(of.rows()), piece, pieces);
        return Math.min(of.rows(), Kernels.firstRow(panel));
    }

    private void share(long multiplications, ComputeTeam.Pieces task) {
        if (multiplications < SHARED_MULTIPLICATIONS_MIN || team.threads() == 1) {
            task.run(0, 1, 0);
        } else {
            team.run(task, team.threads() * PIECES_A_THREAD);
        }
    }
}

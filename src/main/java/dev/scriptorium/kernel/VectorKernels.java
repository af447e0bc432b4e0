package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.Objects;

/**
 * The fast twin. A few tokens are bound by memory: weights are widened in registers, four vectors of rows at a time.
 * More tokens share the widening: a piece of a panel becomes f32 once, in the cache, and each tile of six tokens by two
 * vectors of rows keeps its twelve accumulators in registers. Here the panels, pieces and tokens are walked; the
 * arithmetic is in {@link LaneLoops}.
 */
public final class VectorKernels implements Kernels {
    /** Up to here it is cheaper to widen the weights again for each token, while they are in the cache. */
    private static final int LINE_TOKENS_MAX = 5;

    private static final int TILE_TOKENS = 6;
    private static final int HALF_TILE_TOKENS = 3;

    private final int bits;
    private final int lanes;
    private final LaneLoops.Products products;
    private final LaneLoops.Rows rows;

    /** @param bits register width: 128, 256 or 512; wider than the machine's is right but very slow */
    public VectorKernels(int bits) {
        if (bits != 128 && bits != 256 && bits != 512) {
            throw new IllegalArgumentException("register width is " + bits + " bits; must be 128, 256 or 512");
        }
        this.bits = bits;
        this.products = spin(LaneLoops.Products.class, "FixedWidthProducts.class", bits);
        this.rows = spin(LaneLoops.Rows.class, "FixedWidthRows.class", bits);
        this.lanes = products.lanes();
    }

    /**
     * Defines a class of its own for the width, from code that is compiled once. C2 handles vectors well only if the
     * species is a constant, and a constant here means a static final field; three copies of the source would be the
     * other way to have three of them in one JVM.
     */
    private static <T> T spin(Class<T> type, String code, int bits) {
        try (InputStream in = Objects.requireNonNull(VectorKernels.class.getResourceAsStream(code), code)) {
            return type.cast(MethodHandles.lookup()
                    .defineHiddenClassWithClassData(in.readAllBytes(), bits, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot define " + code + " for " + bits + " bits", e);
        }
    }

    /** The width that a class was spun for. */
    static int bits(MethodHandles.Lookup spun) {
        try {
            Integer bits = MethodHandles.classData(spun, ConstantDescs.DEFAULT_NAME, Integer.class);
            return Objects.requireNonNull(bits, "a class of loops must be spun by VectorKernels");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return "vector, " + bits + " bits";
    }

    @Override
    public void product(Matrix weights, Range panels, float[] x, int tokens, float[] y, Scratch scratch) {
        if (panels.start() >= panels.end() || tokens == 0) {
            return;
        }
        if (tokens <= LINE_TOKENS_MAX && !(weights instanceof WidenedMatrix)) {
            lines(weights, panels, x, tokens, y);
        } else {
            tiles(weights, panels, x, tokens, y, scratch);
        }
    }

    private void lines(Matrix weights, Range panels, float[] x, int tokens, float[] y) {
        int xStride = Kernels.stride(weights.columns());
        int yStride = Kernels.stride(weights.rows());
        int lastRow = panels.end() * ROWS - lanes;
        for (int row = panels.start() * ROWS; row <= lastRow; row += 4 * lanes) {
            for (int token = 0; token < tokens; token++) {
                line(weights, row, lastRow, x, token * xStride, y, token * yStride);
            }
        }
    }

    private void line(Matrix weights, int row, int lastRow, float[] x, int xAt, float[] y, int yAt) {
        switch (weights) {
            case F32Matrix matrix -> products.line(matrix, row, lastRow, x, xAt, y, yAt);
            case Bf16Matrix matrix -> products.line(matrix, row, lastRow, x, xAt, y, yAt);
            case Q8Matrix matrix -> products.line(matrix, row, lastRow, x, xAt, y, yAt);
            case WidenedMatrix _ -> throw new IllegalStateException("is widened first");
        }
    }

    private void tiles(Matrix weights, Range panels, float[] x, int tokens, float[] y, Scratch scratch) {
        int columns = weights.columns();
        LaneLoops.Tile tile = new LaneLoops.Tile();
        tile.xStride = Kernels.stride(columns);
        tile.yStride = Kernels.stride(weights.rows());
        int panelsAtOnce = Math.max(1, 2 * lanes / ROWS);
        for (int panel = panels.start(); panel < panels.end(); panel += panelsAtOnce) {
            int lastPanel = Math.min(panel + panelsAtOnce, panels.end()) - 1;
            for (int start = 0; start < columns; start += Scratch.COLUMNS_AT_ONCE) {
                int end = Math.min(start + Scratch.COLUMNS_AT_ONCE, columns);
                tile.columns = end - start;
                tile.x = start;
                tile.fromZero = start == 0;
                piece(weights, panel, lastPanel, tile, x, tokens, y, scratch.panel);
            }
        }
    }

    /** Some columns of one panel, or of two for the widest registers, for all tokens. */
    private void piece(
            Matrix weights,
            int panel,
            int lastPanel,
            LaneLoops.Tile tile,
            float[] x,
            int tokens,
            float[] y,
            float[] scratch) {
        int start = tile.x;
        float[] widened = widen(weights, panel, lastPanel, start, tile, scratch);
        int next = tile.second - tile.first;
        int base = tile.first;
        for (int token = 0; token < tokens; token += TILE_TOKENS) {
            tile.lastToken = Math.min(TILE_TOKENS, tokens - token) - 1;
            tile.x = token * tile.xStride + start;
            for (int lane = 0; lane < ROWS; lane += 2 * lanes) {
                tile.first = base + lane;
                tile.second = lanes < ROWS ? tile.first + lanes : base + next;
                tile.y = token * tile.yStride + panel * ROWS + lane;
                tile.ySecond = lanes < ROWS ? tile.y + lanes : tile.y + (lastPanel - panel) * ROWS;
                if (tile.lastToken < HALF_TILE_TOKENS) {
                    products.tile3(tile, widened, x, y);
                } else {
                    products.tile6(tile, widened, x, y);
                }
            }
        }
        tile.x = start;
    }

    /** Returns the array that holds the piece in f32, and leaves in the tile where its two panels begin. */
    private float[] widen(Matrix weights, int panel, int lastPanel, int start, LaneLoops.Tile tile, float[] scratch) {
        int elements = tile.columns * ROWS;
        int panelElements = weights.columns() * ROWS;
        tile.first = 0;
        tile.second = (lastPanel - panel) * elements;
        return switch (weights) {
            case F32Matrix matrix -> {
                tile.first = panel * panelElements + start * ROWS;
                tile.second = lastPanel * panelElements + start * ROWS;
                yield matrix.weights;
            }
            case Bf16Matrix matrix -> {
                for (int p = panel; p <= lastPanel; p++) {
                    int at = p * panelElements + start * ROWS;
                    products.widen(matrix.weights, at, elements, scratch, (p - panel) * elements);
                }
                yield scratch;
            }
            case Q8Matrix matrix -> {
                for (int p = panel; p <= lastPanel; p++) {
                    products.widen(matrix, p, start, start + tile.columns, scratch, (p - panel) * elements);
                }
                yield scratch;
            }
            case WidenedMatrix matrix -> {
                for (int p = panel; p <= lastPanel; p++) {
                    matrix.widen(p, start, start + tile.columns, scratch, (p - panel) * elements);
                }
                yield scratch;
            }
        };
    }

    @Override
    public void rmsNorm(float[] x, int at, float[] weights, float epsilon, float[] y) {
        float sum = rows.sumOfSquares(x, at, weights.length);
        rows.scaleBy(x, at, ScalarKernels.normScale(sum, weights.length, epsilon), weights, y);
    }

    @Override
    public void softmax(float[] values, int at, int size) {
        rows.scale(values, at, size, 1f / rows.exponentials(values, at, size));
    }

    @Override
    public void swiglu(float[] gate, float[] up, int at, int size) {
        rows.swiglu(gate, up, at, size);
    }

    @Override
    public void scores(Head head, float[] query, int at, float[] keys, int keysAt, float[] scores, int to) {
        rows.scores(head, query, at, keys, keysAt, scores, to);
    }

    @Override
    public void mix(float[] shares, int at, int positions, float[] values, int valuesAt, int width, float[] out) {
        rows.mix(shares, at, positions, values, valuesAt, width, out);
    }
}

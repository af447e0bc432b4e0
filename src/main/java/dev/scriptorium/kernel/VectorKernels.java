package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fast twin. Weights are widened in registers as they stream by: for one token, which is bound by memory, four
 * vectors of rows at a time; for more, two vectors of rows by a tile of tokens, and again for the next tile. For many
 * tokens, as those of a prompt, a slice of a panel is widened once, into a near cache: its stores and loads cost as
 * much as widening for some tiles. Here the panels, slices and tiles are walked; the arithmetic is in
 * {@link LaneLoops}.
 */
public final class VectorKernels implements Kernels {
    /** More tiles than this at once would drive each other's x out of the second cache. */
    private static final int TILES_AT_ONCE = 8;

    /** From so many of the largest tiles on weights are widened once; those of bfloat16 cost less for each tile. */
    private static final int SLICED_TILES = 6;

    private static final int SLICED_TILES_BF16 = 10;

    /**
     * Weights of a panel that stay in the nearer caches while one tile after the other goes over them; whole runs, and
     * as many as are widened at once.
     */
    static final int COLUMNS_AT_ONCE = 1024;

    private static final String FOUR_BITS = "FixedWidthFourBits.class";

    private final int bits;
    private final int lanes;
    private final LaneLoops.Lines[] lines; // (kind)
    private final LaneLoops.Tiles[] tiles; // (kind)
    private final int[] slicedTokens; // (kind): so many go by slices, fewer by tiles
    private final LaneLoops.Rows rows;

    /** @param bits register width: 128, 256 or 512; wider than the machine's is right but very slow */
    public VectorKernels(int bits) {
        if (bits != 128 && bits != 256 && bits != 512) {
            throw new IllegalArgumentException("register width is " + bits + " bits; must be 128, 256 or 512");
        }
        this.bits = bits;
        this.lanes = bits / Float.SIZE;
        Weights.Kind[] kinds = Weights.Kind.values();
        this.lines = new LaneLoops.Lines[kinds.length];
        this.tiles = new LaneLoops.Tiles[kinds.length];
        this.slicedTokens = new int[kinds.length];
        for (int i = 0; i < kinds.length; i++) {
            slicedTokens[i] = slicedTokens(kinds[i], bits);
            if (kinds[i] == Weights.Kind.Q4_0) {
                lines[i] = spin(LaneLoops.Lines.class, FOUR_BITS, bits);
                tiles[i] = spin(LaneLoops.Tiles.class, FOUR_BITS, bits);
            } else {
                lines[i] = spin(LaneLoops.Lines.class, "FixedWidthLines.class", Widening.of(kinds[i], bits));
                tiles[i] = spin(LaneLoops.Tiles.class, "FixedWidthTiles.class", Widening.of(kinds[i], bits));
            }
        }
        this.rows = spin(LaneLoops.Rows.class, "FixedWidthRows.class", bits);
    }

    /**
     * Defines a class of its own for the width and kind, from code that is compiled once. C2 handles vectors well only
     * if the species is a constant, and a constant here means a static final field; a copy of the source for each would
     * be the other way to have them all in one JVM.
     */
    private static <T> T spin(Class<T> type, String code, Object classData) {
        try (InputStream in = Objects.requireNonNull(VectorKernels.class.getResourceAsStream(code), code)) {
            return type.cast(MethodHandles.lookup()
                    .defineHiddenClassWithClassData(in.readAllBytes(), classData, true)
                    .lookupClass()
                    .getDeclaredConstructor()
                    .newInstance());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot define " + code + " for " + classData, e);
        }
    }

    /** The width that a class was spun for. */
    static int bits(MethodHandles.Lookup spun) {
        return classData(spun, Integer.class);
    }

    /** The width and kind of weight that a class was spun for. */
    static Widening widening(MethodHandles.Lookup spun) {
        return classData(spun, Widening.class);
    }

    private static <T> T classData(MethodHandles.Lookup spun, Class<T> type) {
        try {
            T data = MethodHandles.classData(spun, ConstantDescs.DEFAULT_NAME, type);
            return Objects.requireNonNull(data, "a class of loops must be spun by VectorKernels");
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public String name() {
        return "vector, " + bits + " bits";
    }

    @Override
    public void shape(PackedRows rows, int tokens, int columns, Set<PackedRows.Form> forms) {
        rows.shape(tokens, columns, forms, bits == 512);
    }

    @Override
    public void product(Matrix matrix, int firstPanel, int endPanel, PackedRows x, float[] y, Scratch scratch) {
        if (firstPanel >= endPanel || x.tokens() == 0) {
            return;
        }
        Weights weights = weights(matrix);
        int tokens = x.tokens();
        if (weights == null && tokens == 1) {
            widenedLines(matrix, firstPanel, endPanel, x, y, scratch);
        } else if (weights == null || tokens >= slicedTokens[weights.kind().ordinal()]) {
            slices(matrix, firstPanel, endPanel, x, y, scratch);
        } else if (tokens == 1) {
            lines(weights, firstPanel, endPanel, x, y);
        } else {
            tiles(weights, firstPanel, endPanel, x, y, scratch.tile, Kernels.stride(matrix.rows()));
        }
    }

    private static int slicedTokens(Weights.Kind kind, int bits) {
        int tile = PackedRows.largestTile(bits == 512);
        return switch (kind) {
            case Q8_0 -> SLICED_TILES * tile;
            case BF16 -> SLICED_TILES_BF16 * tile;
            case F32, Q4_0 -> Integer.MAX_VALUE; // wide already, and never wide
        };
    }

    /** Null for kinds that go through memory. */
    private static @Nullable Weights weights(Matrix matrix) {
        return switch (matrix) {
            case F32Matrix f32 -> f32.weights;
            case Bf16Matrix bf16 -> bf16.weights;
            case Q8Matrix q8 -> q8.weights;
            case Q4Matrix q4 -> q4.weights;
            case Matrix.Widened _ -> null;
        };
    }

    private void widenedLines(Matrix matrix, int firstPanel, int endPanel, PackedRows x, float[] y, Scratch scratch) {
        Weights whole = scratch.panel(matrix.columns());
        LaneLoops.Lines loop = lines[Weights.Kind.F32.ordinal()];
        for (int panel = firstPanel; panel < endPanel; panel++) {
            widen(matrix, panel, 0, matrix.columns(), whole.floats());
            for (int chunk = 0; chunk < HALF / lanes; chunk += loop.chunksAtOnce()) {
                loop.line(whole, chunk, HALF / lanes - 1, x, scratch.line);
            }
            System.arraycopy(scratch.line, 0, y, panel * ROWS, ROWS);
        }
    }

    private void slices(Matrix matrix, int firstPanel, int endPanel, PackedRows x, float[] y, Scratch scratch) {
        Weights slice = scratch.panel(COLUMNS_AT_ONCE);
        LaneLoops.Tile tile = scratch.tile;
        tile.yStride = Kernels.stride(matrix.rows());
        tile.panel = 0;
        tile.start = 0;
        clear(firstPanel, endPanel, 0, x.tokens(), y, tile.yStride);
        // All panels by some columns before the next columns, so that these columns of x stay near.
        for (int column = 0; column < matrix.columns(); column += COLUMNS_AT_ONCE) {
            tile.end = Math.min(COLUMNS_AT_ONCE, matrix.columns() - column);
            for (int panel = firstPanel; panel < endPanel; panel++) {
                widen(matrix, panel, column, column + tile.end, slice.floats());
                piece(slice, tile, x, x.tiling(), column, 0, x.tiling().count(), 0, y, panel * ROWS);
            }
        }
    }

    private void widen(Matrix matrix, int panel, int start, int end, float[] into) {
        if (matrix instanceof Matrix.Widened widened) {
            widened.widen(panel, start, end, into, 0);
        } else {
            Weights weights = Objects.requireNonNull(weights(matrix));
            ((LaneLoops.Slices) tiles[weights.kind().ordinal()]).widen(weights, panel, start, end, into);
        }
    }

    private void lines(Weights weights, int firstPanel, int endPanel, PackedRows x, float[] y) {
        LaneLoops.Lines loop = lines[weights.kind().ordinal()];
        int chunks = HALF / lanes;
        int lastChunk = endPanel * chunks - 1;
        for (int chunk = firstPanel * chunks; chunk <= lastChunk; chunk += loop.chunksAtOnce()) {
            loop.line(weights, chunk, lastChunk, x, y);
        }
    }

    private void tiles(
            Weights weights, int firstPanel, int endPanel, PackedRows x, float[] y, LaneLoops.Tile tile, int yStride) {
        PackedRows.Tiling tiling =
                weights.kind() == Weights.Kind.Q4_0 ? x.rounded().tiling() : x.tiling();
        tile.yStride = yStride;
        tile.lastPanel = endPanel - 1;
        int panelsAtOnce = Math.max(1, tiles[weights.kind().ordinal()].tileChunks() * lanes / HALF);
        int token = 0;
        for (int first = 0; first < tiling.count(); first += TILES_AT_ONCE) {
            int end = Math.min(first + TILES_AT_ONCE, tiling.count());
            int endToken = token;
            for (int i = first; i < end; i++) {
                endToken += tiling.size(i);
            }
            clear(firstPanel, endPanel, token, Math.min(endToken, x.tokens()), y, yStride);
            for (int panel = firstPanel; panel < endPanel; panel += panelsAtOnce) {
                tile.panel = panel;
                for (int column = 0; column < weights.columns(); column += COLUMNS_AT_ONCE) {
                    tile.start = column;
                    tile.end = Math.min(column + COLUMNS_AT_ONCE, weights.columns());
                    piece(weights, tile, x, tiling, column, first, end, token, y, panel * ROWS);
                }
            }
            token = endToken;
        }
    }

    private static void clear(int firstPanel, int endPanel, int token, int endToken, float[] y, int yStride) {
        for (int t = token; t < endToken; t++) {
            Arrays.fill(y, t * yStride + firstPanel * ROWS, t * yStride + endPanel * ROWS, 0f);
        }
    }

    /** Some columns, from {@code column} on, of one panel for the tiles {@code first .. end}. */
    private void piece(
            Weights weights,
            LaneLoops.Tile tile,
            PackedRows x,
            PackedRows.Tiling tiling,
            int column,
            int first,
            int end,
            int firstToken,
            float[] y,
            int yAt) {
        LaneLoops.Tiles loop = tiles[weights.kind().ordinal()];
        int lanesAtOnce = Math.min(loop.tileChunks() * lanes, HALF);
        int token = firstToken;
        for (int i = first; i < end; i++) {
            int size = tiling.size(i);
            tile.ahead = i == first ? ahead(weights, size) : 0;
            tile.x = token * x.columns() + column * size;
            tile.lastToken = Math.min(size, x.tokens() - token) - 1;
            for (int lane = 0; lane < HALF; lane += lanesAtOnce) {
                tile.lane = lane;
                tile.y = token * tile.yStride + yAt + lane;
                loop.tile(size, tile, weights, x, y);
            }
            token += size;
        }
    }

    /**
     * Of the first tile, which finds the weights far away. Only with registers of 512 bits are there stores of no
     * lanes; and a few tokens of bfloat16 wait for all that memory can give anyway.
     */
    private int ahead(Weights weights, int tokens) {
        boolean isBound = weights.kind() == Weights.Kind.BF16 && tokens <= 4;
        return bits == 512 && !isBound ? Weights.AHEAD : 0;
    }

    @Override
    public void rmsNorm(float[] x, int at, float[] weights, float epsilon, float[] y, Scratch scratch) {
        float sum = rows.sumOfSquares(x, at, weights.length, scratch.sums);
        rows.scaleBy(x, at, ScalarKernels.normScale(sum, weights.length, epsilon), weights, y);
    }

    @Override
    public void softmax(float[] values, int at, int size, Scratch scratch) {
        rows.scale(values, at, size, 1f / rows.exponentials(values, at, size, scratch.sums));
    }

    @Override
    public void swiglu(float[] gate, float[] up, int at, int size, Scratch scratch) {
        rows.swiglu(gate, up, at, size, scratch.exponentials);
    }

    @Override
    public void scores(Head head, float[] query, int at, float[][] blocks, int keysAt, int positions, float[] scores) {
        rows.scores(head, query, at, blocks, keysAt, positions, scores);
    }

    @Override
    public void mix(float[] shares, int positions, float[][] blocks, int valuesAt, int width, float[] out) {
        rows.mix(shares, positions, blocks, valuesAt, width, out);
    }
}

package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.ROWS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * How one kind of weight becomes f32 in a register: the place where a new kind of quant plugs in.
 *
 * <p>All are records, and the loops hold theirs in a static final field: C2 trusts both, so that nothing is left of
 * these calls but the instructions. Columns are taken in runs; within a run, where weights lie and how they are shifted
 * goes on in one way, the next k {@code ROWS} elements further.
 */
sealed interface Widening {
    VectorSpecies<Float> floats();

    /** Columns that are walked in one way; a matrix's columns are whole runs, or its kind has runs of any length. */
    int run();

    /** Where the array has the weight of the panel's first row at the column that begins a run. */
    int at(Weights weights, int panel, int column);

    /** What is the same for a vector of rows all along a run: their scales. */
    FloatVector scale(Weights weights, int panel, int column, int lane);

    /** @param at from {@link #at}, plus the lane, plus {@code ROWS} for each column since */
    FloatVector widen(Weights weights, int at, FloatVector scale);

    static Widening of(WeightKind kind, int bits) {
        VectorSpecies<Float> floats = VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
        VectorSpecies<Integer> ints = VectorSpecies.of(int.class, VectorShape.forBitSize(bits));
        VectorSpecies<Short> shorts = VectorSpecies.of(short.class, VectorShape.forBitSize(bits / 2));
        // There are no registers of 32 bits, so the narrowest loads 8 quants and uses 4.
        VectorSpecies<Byte> bytes = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, bits / 4)));
        return switch (kind) {
            case F32 -> new F32(floats);
            case BF16 -> new Bf16(floats, ints, shorts);
            case Q8_0 -> new Q8(floats, bytes);
        };
    }

    record F32(VectorSpecies<Float> floats) implements Widening {
        @Override
        public int run() {
            return 1 << 30;
        }

        @Override
        public int at(Weights weights, int panel, int column) {
            return (panel * weights.columns() + column) * ROWS;
        }

        @Override
        public FloatVector scale(Weights weights, int panel, int column, int lane) {
            return FloatVector.zero(floats);
        }

        @Override
        public FloatVector widen(Weights weights, int at, FloatVector scale) {
            return FloatVector.fromArray(floats, weights.floats(), at);
        }
    }

    record Bf16(VectorSpecies<Float> floats, VectorSpecies<Integer> ints, VectorSpecies<Short> shorts)
            implements Widening {
        @Override
        public int run() {
            return 1 << 30;
        }

        @Override
        public int at(Weights weights, int panel, int column) {
            return (panel * weights.columns() + column) * ROWS;
        }

        @Override
        public FloatVector scale(Weights weights, int panel, int column, int lane) {
            return FloatVector.zero(floats);
        }

        @Override
        public FloatVector widen(Weights weights, int at, FloatVector scale) {
            IntVector upper = (IntVector)
                    ShortVector.fromArray(shorts, weights.shorts(), at).castShape(ints, 0);
            return upper.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        }
    }

    record Q8(VectorSpecies<Float> floats, VectorSpecies<Byte> bytes) implements Widening {
        @Override
        public int run() {
            return Q8Matrix.BLOCK_COLUMNS;
        }

        @Override
        public int at(Weights weights, int panel, int column) {
            return (panel * weights.columns() + column) * ROWS;
        }

        @Override
        public FloatVector scale(Weights weights, int panel, int column, int lane) {
            int blocks = weights.columns() / Q8Matrix.BLOCK_COLUMNS;
            int at = (panel * blocks + column / Q8Matrix.BLOCK_COLUMNS) * ROWS + lane;
            return FloatVector.fromArray(floats, weights.scales(), at);
        }

        @Override
        public FloatVector widen(Weights weights, int at, FloatVector scale) {
            return ((FloatVector)
                            ByteVector.fromArray(bytes, weights.bytes(), at).castShape(floats, 0))
                    .mul(scale);
        }
    }
}

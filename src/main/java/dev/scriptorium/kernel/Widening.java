package dev.scriptorium.kernel;

import static dev.scriptorium.kernel.Panels.HALF;
import static dev.scriptorium.kernel.Panels.ROWS;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * How one kind of weight becomes f32 in a register: the place where a new kind of quant plugs in.
 *
 * <p>All are records, and the loops hold theirs in a static final field: C2 trusts both, so that nothing is left of
 * these calls but the instructions. Columns are taken in runs, which have their scales in common.
 */
sealed interface Widening {
    /**
     * Columns of a block of Q8_0. As many as a panel has rows, so that scales of a block lie as far apart as columns.
     */
    int RUN_COLUMNS = 32;

    VectorSpecies<Float> floats();

    /** Columns with one scale; a matrix's columns are whole runs, or its kind has runs of any length. */
    int run();

    /** Where the array has the weight of the panel's first row at the column that begins a run. */
    int at(Weights weights, int panel, int column);

    /** Where the panel's scales begin. */
    int scales(Weights weights, int panel);

    /**
     * What is the same for a vector of rows all along a run: their scales.
     *
     * @param from of {@link #scales}, plus the lane
     */
    FloatVector scale(Weights weights, int from, int column);

    /**
     * @param from of {@link #at}, plus the lane within the half
     * @param k columns since
     * @param half of the panel's rows, 0 or 1: a constant where it is called
     */
    FloatVector widen(Weights weights, int from, int k, int half, FloatVector scale);

    /** The mask of a store, as bits. */
    default VectorMask<?> lanes(long bits) {
        return VectorMask.fromLong(floats(), bits);
    }

    /**
     * Asks for a line of weights that is needed later, where it pays: with a store of no lanes, which writes nothing
     * and is done with before the line has come, where a load would hold up all that follows it. The processor itself
     * fetches ahead no further than the end of a page of 4 KiB.
     *
     * @param from of {@link #at}, plus how far ahead; the array has that element
     * @param k columns since
     * @param noLanes of {@link #lanes}
     */
    default void fetch(Weights weights, int from, int k, VectorMask<?> noLanes) {}

    static Widening of(Weights.Kind kind, int bits) {
        VectorSpecies<Float> floats = VectorSpecies.of(float.class, VectorShape.forBitSize(bits));
        VectorSpecies<Integer> ints = VectorSpecies.of(int.class, VectorShape.forBitSize(bits));
        VectorSpecies<Short> shorts = VectorSpecies.of(short.class, VectorShape.forBitSize(bits / 2));
        // There are no registers of 32 bits, so the narrowest loads 8 quants and uses 4.
        VectorSpecies<Byte> bytes = VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, bits / 4)));
        return switch (kind) {
            case F32 -> new F32(floats);
            case BF16 -> new Bf16(floats, ints, shorts);
            case Q8_0 -> new Q8(floats, bytes);
            case Q4_0 -> throw new IllegalArgumentException("Q4_0 is multiplied as it is, by FixedWidthFourBits");
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
        public int scales(Weights weights, int panel) {
            return 0;
        }

        @Override
        public FloatVector scale(Weights weights, int from, int column) {
            return FloatVector.zero(floats);
        }

        @Override
        public FloatVector widen(Weights weights, int from, int k, int half, FloatVector scale) {
            return FloatVector.fromArray(floats, weights.floats(), from + k * ROWS + half * HALF);
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
        public int scales(Weights weights, int panel) {
            return 0;
        }

        @Override
        public FloatVector scale(Weights weights, int from, int column) {
            return FloatVector.zero(floats);
        }

        @Override
        public FloatVector widen(Weights weights, int from, int k, int half, FloatVector scale) {
            IntVector upper = (IntVector) ShortVector.fromArray(shorts, weights.shorts(), from + k * ROWS + half * HALF)
                    .convertShape(VectorOperators.S2I, ints, 0);
            return upper.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
        }

        @Override
        public VectorMask<?> lanes(long bits) {
            return VectorMask.fromLong(ShortVector.SPECIES_128, bits);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void fetch(Weights weights, int from, int k, VectorMask<?> noLanes) {
            ShortVector.zero(ShortVector.SPECIES_128)
                    .intoArray(weights.shorts(), from + k * ROWS, (VectorMask<Short>) noLanes);
        }
    }

    record Q8(VectorSpecies<Float> floats, VectorSpecies<Byte> bytes) implements Widening {
        @Override
        public int run() {
            return RUN_COLUMNS;
        }

        @Override
        public int at(Weights weights, int panel, int column) {
            return (panel * weights.columns() + column) * ROWS;
        }

        @Override
        public int scales(Weights weights, int panel) {
            return panel * weights.columns() / RUN_COLUMNS * ROWS;
        }

        @Override
        public FloatVector scale(Weights weights, int from, int column) {
            return FloatVector.fromArray(floats, weights.scales(), from + (column & -RUN_COLUMNS));
        }

        @Override
        public FloatVector widen(Weights weights, int from, int k, int half, FloatVector scale) {
            return ((FloatVector) ByteVector.fromArray(bytes, weights.bytes(), from + k * ROWS + half * HALF)
                            .convertShape(VectorOperators.B2F, floats, 0))
                    .mul(scale);
        }

        @Override
        public VectorMask<?> lanes(long bits) {
            return VectorMask.fromLong(ByteVector.SPECIES_128, bits);
        }

        @Override
        @SuppressWarnings("unchecked")
        public void fetch(Weights weights, int from, int k, VectorMask<?> noLanes) {
            if (k % 2 == 0) { // a line is two columns
                ByteVector.zero(ByteVector.SPECIES_128)
                        .intoArray(weights.bytes(), from + k * ROWS, (VectorMask<Byte>) noLanes);
            }
        }
    }
}

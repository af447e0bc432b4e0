package dev.scriptorium.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Byte-pair encoding of one word: characters to ids, then the most urgent merge again and again. Symbols are a linked
 * list and the open merges lie in a heap, so that the time grows with n log n, even for a megabyte of one letter.
 */
public final class BytePairEncoder {
    private static final int MERGED = -1;

    private final Vocabulary vocabulary;
    private final MergeTable merges;
    private final Options options;
    private final int unknownId;
    private final boolean spellsBytes;

    /**
     * @param byteFallback characters without a piece become their UTF-8 bytes, where the vocabulary has them all
     * @param fusesUnknown neighbouring unknown characters become one unknown token
     * @param ignoresMerges a word that is a piece is taken as it is, whatever its merges say
     */
    public record Options(boolean byteFallback, boolean fusesUnknown, boolean ignoresMerges) {}

    public BytePairEncoder(Vocabulary vocabulary, MergeTable merges, Options options) {
        this.vocabulary = vocabulary;
        this.merges = merges;
        this.options = options;
        this.unknownId = vocabulary.unknownId();
        this.spellsBytes = options.byteFallback() && vocabulary.hasAllBytes();
    }

    MergeTable merges() {
        return merges;
    }

    Options options() {
        return options;
    }

    /**
     * Adds the ids of one word.
     *
     * @param word without halves of surrogate pairs
     * @return how many merges were looked at, each a step of the heap: at most three a symbol, however they merge
     */
    int encode(String word, IntStream.Builder ids) {
        int whole = options.ignoresMerges() ? vocabulary.textId(word) : -1;
        if (whole >= 0) {
            ids.accept(whole);
            return 0;
        }
        Symbols symbols = new Symbols(symbolsOf(word));
        symbols.mergeAll().forEach(ids);
        return symbols.proposals;
    }

    private int[] symbolsOf(String word) {
        IntStream.Builder symbols = IntStream.builder();
        int[] lastUnknown = {0};
        word.codePoints().forEach(codePoint -> {
            String character = Character.toString(codePoint);
            int id = vocabulary.textId(character);
            boolean unknown = id < 0 && !spellsBytes;
            if (id >= 0) {
                symbols.accept(id);
            } else if (spellsBytes) {
                for (byte value : character.getBytes(StandardCharsets.UTF_8)) {
                    symbols.accept(vocabulary.idOfByte(Byte.toUnsignedInt(value)));
                }
            } else if (unknownId >= 0 && !(options.fusesUnknown() && lastUnknown[0] == 1)) {
                symbols.accept(unknownId);
            }
            lastUnknown[0] = unknown ? 1 : 0;
        });
        return symbols.build().toArray();
    }

    /** The symbols of one word while they merge; a merged pair lives on in its left place. */
    private final class Symbols {
        private final int[] ids; // (place), MERGED once its neighbour took it in
        private final int[] previous; // (place), -1 before the first
        private final int[] next; // (place), ids.length after the last
        private final LongHeap open = new LongHeap(); // rank in the upper half, left place in the lower
        private int proposals;

        Symbols(int[] ids) {
            this.ids = ids;
            this.previous = IntStream.range(-1, ids.length - 1).toArray();
            this.next = IntStream.rangeClosed(1, ids.length).toArray();
        }

        IntStream mergeAll() {
            for (int place = 0; place < ids.length - 1; place++) {
                propose(place);
            }
            while (!open.isEmpty()) {
                long candidate = open.removeLeast();
                int left = (int) candidate;
                long merge = mergeAt(left);
                // A candidate is stale when one of its symbols has merged elsewhere meanwhile.
                if (merge != MergeTable.NONE && merge >>> 32 == candidate >>> 32) {
                    join(left, (int) merge);
                }
            }
            return Arrays.stream(ids).filter(id -> id != MERGED);
        }

        private long mergeAt(int left) {
            return left < 0 || ids[left] == MERGED || next[left] == ids.length
                    ? MergeTable.NONE
                    : merges.find(ids[left], ids[next[left]]);
        }

        private void propose(int left) {
            long merge = mergeAt(left);
            if (merge != MergeTable.NONE) {
                open.add((merge >>> 32 << 32) | left);
                proposals++;
            }
        }

        private void join(int left, int result) {
            int right = next[left];
            ids[left] = result;
            ids[right] = MERGED;
            next[left] = next[right];
            if (next[left] < ids.length) {
                previous[next[left]] = left;
            }
            propose(previous[left]);
            propose(left);
        }
    }

    /** A binary heap of longs, least first; the one of the JDK would box each. */
    private static final class LongHeap {
        private static final int FIRST_CAPACITY = 16;

        private long[] values = new long[FIRST_CAPACITY];
        private int size;

        boolean isEmpty() {
            return size == 0;
        }

        void add(long value) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            int child = size++;
            while (child > 0 && values[(child - 1) / 2] > value) {
                values[child] = values[(child - 1) / 2];
                child = (child - 1) / 2;
            }
            values[child] = value;
        }

        long removeLeast() {
            long least = values[0];
            long last = values[--size];
            int parent = 0;
            for (int child = 1; child < size; child = 2 * parent + 1) {
                if (child + 1 < size && values[child + 1] < values[child]) {
                    child++;
                }
                if (values[child] >= last) {
                    break;
                }
                values[parent] = values[child];
                parent = child;
            }
            values[parent] = last;
            return least;
        }
    }
}

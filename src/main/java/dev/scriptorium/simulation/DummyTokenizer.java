package dev.scriptorium.simulation;

import dev.scriptorium.token.ChatFormat;
import dev.scriptorium.token.Tokenizer;
import dev.scriptorium.token.Turn;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A vocabulary of its own: three control tokens, the 256 bytes, some everyday words with the space before them, and the
 * words of the faults. Any text can be encoded, and comes back as it was.
 */
public final class DummyTokenizer implements Tokenizer, ChatFormat {
    static final int BEGIN = 1;
    static final int END = 2;

    private static final List<String> CONTROL = List.of("<unk>", "<s>", "</s>");
    private static final int FIRST_BYTE = CONTROL.size();
    private static final int FIRST_WORD = FIRST_BYTE + 256;
    private static final List<String> WORDS =
            Arrays.stream(("""
                the a an and but so then once soon again up down home out over under near far old new small great \
                good kind little red green blue warm cold bright quiet girl boy bird tree river moon rain stone \
                house garden road boat letter song story was is had made saw found gave took went came said knew\
                """).split(" ")).map(word -> " " + word).toList();

    private final List<String> faults;

    /** @param settings whose fault words are tokens of their own, so that the model can see them */
    public DummyTokenizer(DummySettings settings) {
        this.faults = List.of(settings.throwOn(), settings.nanOn(), settings.crashOn());
    }

    /** Ids of the words that texts are made of. */
    static int word(int index) {
        return FIRST_WORD + index;
    }

    static int words() {
        return WORDS.size();
    }

    /** What a fault's word means. */
    enum Fault {
        THROW,
        NAN,
        CRASH;

        int id() {
            return FIRST_WORD + WORDS.size() + ordinal();
        }
    }

    @Override
    public int vocabularySize() {
        return FIRST_WORD + WORDS.size() + Fault.values().length;
    }

    @Override
    public int beginId() {
        return BEGIN;
    }

    @Override
    public boolean addsBegin() {
        return true;
    }

    @Override
    public int[] encode(String text) {
        List<Integer> ids = new ArrayList<>();
        int position = 0;
        while (position < text.length()) {
            int id = longestAt(text, position);
            if (id >= 0) {
                ids.add(id);
                position += piece(id).length();
            } else {
                int end = text.offsetByCodePoints(position, 1);
                for (byte each : text.substring(position, end).getBytes(StandardCharsets.UTF_8)) {
                    ids.add(FIRST_BYTE + Byte.toUnsignedInt(each));
                }
                position = end;
            }
        }
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }

    @Override
    public int[] encodeWithControlTokens(String text) {
        List<int[]> parts = new ArrayList<>();
        int from = 0;
        for (int at = 0; at < text.length(); at++) {
            for (int id = 0; id < CONTROL.size(); id++) {
                if (text.startsWith(CONTROL.get(id), at)) {
                    parts.add(encode(text.substring(from, at)));
                    parts.add(new int[] {id});
                    from = at + CONTROL.get(id).length();
                }
            }
        }
        parts.add(encode(text.substring(from)));
        return parts.stream().flatMapToInt(Arrays::stream).toArray();
    }

    /** Role and content of each turn, a line each, and the assistant's role at the end. */
    @Override
    public int[] encode(List<Turn> turns) {
        StringBuilder chat = new StringBuilder();
        turns.forEach(turn ->
                chat.append(turn.role()).append(": ").append(turn.content()).append('\n'));
        int[] ids = encode(chat.append("assistant:").toString());
        int[] begun = new int[ids.length + 1];
        begun[0] = BEGIN;
        System.arraycopy(ids, 0, begun, 1, ids.length);
        return begun;
    }

    @Override
    public String piece(int id) {
        if (id < FIRST_BYTE) {
            return CONTROL.get(id);
        }
        if (id < FIRST_WORD) {
            return "<0x%02X>".formatted(id - FIRST_BYTE);
        }
        int word = id - FIRST_WORD;
        return word < WORDS.size() ? WORDS.get(word) : faults.get(word - WORDS.size());
    }

    @Override
    public byte[] bytes(int id) {
        if (isControl(id)) {
            return new byte[0];
        }
        return id < FIRST_WORD
                ? new byte[] {(byte) (id - FIRST_BYTE)}
                : piece(id).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean isControl(int id) {
        return id < FIRST_BYTE;
    }

    @Override
    public TextDecoder decoder() {
        return new Decoder();
    }

    @Override
    public TextDecoder continuation() {
        return new Decoder();
    }

    private int longestAt(String text, int position) {
        int longest = -1;
        for (int id = FIRST_WORD; id < vocabularySize(); id++) {
            String piece = piece(id);
            if (!piece.isEmpty()
                    && text.startsWith(piece, position)
                    && (longest < 0 || piece.length() > piece(longest).length())) {
                longest = id;
            }
        }
        return longest;
    }

    /** Bytes become characters when they are whole; words stand for themselves. */
    private final class Decoder implements TextDecoder {
        private final CharsetDecoder bytes = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        private ByteBuffer open = ByteBuffer.allocate(4);

        @Override
        public String push(int id) {
            if (id >= FIRST_BYTE && id < FIRST_WORD) {
                open.put((byte) (id - FIRST_BYTE));
                return decoded(false);
            }
            return decoded(true) + (isControl(id) ? "" : piece(id));
        }

        @Override
        public String finish() {
            return decoded(true);
        }

        private String decoded(boolean whole) {
            open.flip();
            CharBuffer characters = CharBuffer.allocate(8);
            bytes.reset();
            bytes.decode(open, characters, whole);
            open = open.compact();
            return characters.flip().toString();
        }
    }
}

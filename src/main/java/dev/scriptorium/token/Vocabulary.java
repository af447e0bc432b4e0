package dev.scriptorium.token;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The pieces of a tokenizer by id, and what each one is; immutable. */
public final class Vocabulary {
    private static final int NONE = -1;

    /** What a piece is; the names are SentencePiece's. */
    public enum Kind {
        NORMAL,
        UNKNOWN,
        CONTROL,
        USER_DEFINED,
        UNUSED,
        BYTE
    }

    private final String[] pieces;
    private final Kind[] kinds;
    private final Map<String, Integer> ids = new HashMap<>();
    private final int[] byteOfId; // (id), the byte that a BYTE piece stands for
    private final int[] idOfByte = new int[256]; // (byte), or NONE

    /**
     * @param pieces by id
     * @param kinds by id
     * @throws IllegalArgumentException if a BYTE piece is not spelled {@code <0x41>}, or the lists differ in size
     */
    public Vocabulary(List<String> pieces, List<Kind> kinds) {
        if (pieces.size() != kinds.size()) {
            throw new IllegalArgumentException(pieces.size() + " pieces with " + kinds.size() + " kinds");
        }
        this.pieces = pieces.toArray(String[]::new);
        this.kinds = kinds.toArray(Kind[]::new);
        this.byteOfId = new int[this.pieces.length];
        Arrays.fill(idOfByte, NONE);
        for (int id = 0; id < this.pieces.length; id++) {
            if (this.kinds[id] == Kind.BYTE) {
                int value = byteOf(this.pieces[id]);
                if (value == NONE) {
                    throw new IllegalArgumentException(
                            "byte token " + id + " is spelled '" + this.pieces[id] + "', not like '<0x41>'");
                }
                byteOfId[id] = value;
                idOfByte[value] = id;
            }
            if (this.kinds[id] != Kind.UNUSED) {
                ids.putIfAbsent(this.pieces[id], id);
            }
        }
    }

    public int size() {
        return pieces.length;
    }

    void require(int id) {
        if (id < 0 || id >= pieces.length) {
            throw new IllegalArgumentException("id " + id + " is not in the vocabulary of " + pieces.length);
        }
    }

    public String piece(int id) {
        return pieces[id];
    }

    public Kind kind(int id) {
        return kinds[id];
    }

    /** The id with this spelling, whatever its kind, or -1. */
    public int id(String piece) {
        return ids.getOrDefault(piece, NONE);
    }

    /** The id that this spelling has as a piece of text, or -1: control, byte and unknown pieces are not text. */
    public int textId(String piece) {
        int id = id(piece);
        return id != NONE && isText(id) ? id : NONE;
    }

    boolean isText(int id) {
        return switch (kinds[id]) {
            case NORMAL, USER_DEFINED -> true;
            case UNKNOWN, CONTROL, UNUSED, BYTE -> false;
        };
    }

    /** The id of the first UNKNOWN piece, or -1. */
    public int unknownId() {
        return Arrays.asList(kinds).indexOf(Kind.UNKNOWN);
    }

    /** Whether each of the 256 bytes has a piece, so that all text can be spelled. */
    boolean hasAllBytes() {
        return Arrays.stream(idOfByte).allMatch(id -> id != NONE);
    }

    int idOfByte(int value) {
        return idOfByte[value];
    }

    int byteOfId(int id) {
        return byteOfId[id];
    }

    /** The byte that a piece spelled {@code <0x41>} stands for, or -1 if it is spelled differently. */
    public static int byteOf(String piece) {
        if (piece.length() != 6 || !piece.startsWith("<0x") || piece.charAt(5) != '>') {
            return NONE;
        }
        int high = Character.digit(piece.charAt(3), 16);
        int low = Character.digit(piece.charAt(4), 16);
        return high < 0 || low < 0 ? NONE : high * 16 + low;
    }
}

package dev.scriptorium.token;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * GPT-2's way to spell bytes with visible characters: a byte that is a printable character of Latin-1 stands for
 * itself, each other one for the next character from U+0100 on. So a space is {@code Ġ}.
 *
 * @see <a href="https://github.com/openai/gpt-2/blob/master/src/encoder.py">bytes_to_unicode in GPT-2</a>
 */
final class ByteLevelAlphabet {
    private static final int NONE = -1;
    private static final int FIRST_OTHER = 0x100;

    private static final char[] CHARACTER_OF_BYTE = characters();
    private static final int[] BYTE_OF_CHARACTER = bytes();

    private ByteLevelAlphabet() {}

    private static char[] characters() {
        char[] characters = new char[256];
        int other = FIRST_OTHER;
        for (int value = 0; value < 256; value++) {
            boolean printable = value >= '!' && value <= '~' || value >= 0xA1 && value != 0xAD;
            characters[value] = (char) (printable ? value : other++);
        }
        return characters;
    }

    private static int[] bytes() {
        int most = IntStream.range(0, 256)
                .map(value -> CHARACTER_OF_BYTE[value])
                .max()
                .orElseThrow();
        int[] bytes = new int[most + 1];
        Arrays.fill(bytes, NONE);
        for (int value = 0; value < 256; value++) {
            bytes[CHARACTER_OF_BYTE[value]] = value;
        }
        return bytes;
    }

    /** Text, without halves of surrogate pairs, as one character a byte of its UTF-8. */
    static String spell(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        char[] spelled = new char[utf8.length];
        for (int at = 0; at < utf8.length; at++) {
            spelled[at] = CHARACTER_OF_BYTE[Byte.toUnsignedInt(utf8[at])];
        }
        return new String(spelled);
    }

    /** The bytes that a piece spells; a piece with a character outside the alphabet is the UTF-8 of itself. */
    static byte[] bytes(String piece) {
        byte[] bytes = new byte[piece.length()];
        for (int at = 0; at < bytes.length; at++) {
            char character = piece.charAt(at);
            int value = character < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[character] : NONE;
            if (value == NONE) {
                return piece.getBytes(StandardCharsets.UTF_8);
            }
            bytes[at] = (byte) value;
        }
        return bytes;
    }
}

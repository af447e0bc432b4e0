package dev.scriptorium.token;

/**
 * UTF-8 to text as the bytes arrive. What is not UTF-8 becomes one U+FFFD a maximal subpart, as in Rust and in
 * browsers, which the decoder of the JDK does not do for surrogates.
 *
 * @see <a href="https://encoding.spec.whatwg.org/#utf-8-decoder">the algorithm</a>
 */
final class Utf8Stream {
    private static final char REPLACEMENT = '\uFFFD';

    private int codePoint; // of the character that has begun
    private int missing; // bytes that it still needs; 0 between characters
    private int lower = 0x80; // least value of the next of them
    private int upper = 0xBF;

    /** The text that is certain once these bytes are known. */
    String push(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length);
        for (byte value : bytes) {
            push(Byte.toUnsignedInt(value), text);
        }
        return text.toString();
    }

    /** U+FFFD if the bytes ended inside a character. */
    String finish() {
        boolean cut = missing > 0;
        missing = 0;
        return cut ? String.valueOf(REPLACEMENT) : "";
    }

    private void push(int value, StringBuilder text) {
        if (missing > 0 && (value < lower || value > upper)) {
            missing = 0;
            text.append(REPLACEMENT); // and the byte may begin a character of its own
        }
        if (missing > 0) {
            codePoint = codePoint << 6 | value & 0x3F;
            missing--;
            allow(0x80, 0xBF);
        } else if (value < 0x80) {
            begin(value, 0);
        } else if (value >= 0xC2 && value <= 0xDF) {
            begin(value & 0x1F, 1);
        } else if (value >= 0xE0 && value <= 0xEF) {
            begin(value & 0x0F, 2);
            allow(value == 0xE0 ? 0xA0 : 0x80, value == 0xED ? 0x9F : 0xBF); // no overlong forms, no surrogates
        } else if (value >= 0xF0 && value <= 0xF4) {
            begin(value & 0x07, 3);
            allow(value == 0xF0 ? 0x90 : 0x80, value == 0xF4 ? 0x8F : 0xBF); // nothing beyond U+10FFFF
        } else {
            begin(REPLACEMENT, 0);
        }
        if (missing == 0) {
            text.appendCodePoint(codePoint);
        }
    }

    private void begin(int bits, int bytesMissing) {
        codePoint = bits;
        missing = bytesMissing;
        allow(0x80, 0xBF);
    }

    private void allow(int least, int most) {
        lower = least;
        upper = most;
    }
}

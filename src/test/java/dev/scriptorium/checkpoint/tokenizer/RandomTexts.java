package dev.scriptorium.checkpoint.tokenizer;

import java.util.List;
import java.util.SplittableRandom;

/** Texts that tokenizers get wrong: seeded, of all planes of Unicode, all kinds of white space, code and chat. */
final class RandomTexts {
    private static final List<String> SNIPPETS = List.of(
            "I've",
            "we'LL",
            "it's",
            "don't",
            "'s",
            "'S",
            "'ſ",
            "'Re",
            "''ve",
            " ",
            "  ",
            "   ",
            "\n",
            "\n\n",
            " \n ",
            "\r\n",
            "\t",
            "\t\t",
            "\u00A0",
            "\u3000",
            "\u2028",
            "\u0085",
            "\u200B",
            "\uFEFF",
            "0",
            "1",
            "12",
            "123",
            "1234567",
            "3.14",
            "½",
            "²",
            "Ⅷ",
            "٣",
            "१२",
            "the",
            " the",
            " The quick",
            "naïve",
            "Straße",
            "日本語",
            "テスト",
            "안녕",
            "עברית",
            "العربية",
            "ไทย",
            "हिन्दी",
            "Ελλ",
            "Ж",
            "😀",
            "👩‍👩‍👧",
            "🇩🇪",
            "e\u0301",
            "\u0301",
            "{",
            "}",
            "()",
            "==",
            "!=",
            "//",
            "/*",
            "<|eot_id|>",
            "<|begin_of_text|>",
            "<|",
            "|>",
            "<s>",
            "_",
            "__init__",
            "camelCase",
            "HTTPServer",
            "…",
            "—",
            "“x”",
            "?!",
            "....",
            "$5",
            "#",
            "@user",
            "www.a.b",
            "\u0000",
            "\u0007",
            "\u001B",
            "\uFFFD",
            "ﬁ",
            "İ",
            "ǅ",
            "ªº",
            "a",
            "b");

    private RandomTexts() {}

    static String of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        StringBuilder text = new StringBuilder();
        int parts = 1 + random.nextInt(24);
        int kind = random.nextInt(4);
        for (int part = 0; part < parts; part++) {
            switch (kind == 3 ? random.nextInt(3) : kind) {
                case 0 -> text.append(SNIPPETS.get(random.nextInt(SNIPPETS.size())));
                case 1 -> text.appendCodePoint(assigned(random));
                default -> text.append(word(random));
            }
        }
        return text.toString();
    }

    /**
     * A code point that Unicode 15.0 had: libraries know different versions, and what is new is a letter to one alone.
     */
    private static int assigned(SplittableRandom random) {
        while (true) {
            int codePoint = random.nextInt(4) == 0 ? random.nextInt(0x110000) : random.nextInt(0x3000);
            int type = Character.getType(codePoint);
            if (type != Character.UNASSIGNED && type != Character.SURROGATE && !isNew(codePoint)) {
                return codePoint;
            }
        }
    }

    /** What came with Unicode 15.1 and 16. */
    private static boolean isNew(int codePoint) {
        return codePoint >= 0x2FFC && codePoint <= 0x2FFF
                || codePoint == 0x31E3
                || codePoint == 0x31E4
                || codePoint == 0x31E5
                || codePoint == 0x31EF
                || codePoint >= 0x2EBF0 && codePoint <= 0x2EE5D
                || codePoint >= 0x1C89 && codePoint <= 0x1C8A
                || codePoint >= 0x2427 && codePoint <= 0x2429
                || codePoint >= 0xA7CB && codePoint <= 0xA7CD
                || codePoint >= 0xA7DA && codePoint <= 0xA7DC
                || codePoint == 0x897
                || codePoint >= 0x105C0 && codePoint <= 0x105FF
                || codePoint >= 0x10D40 && codePoint <= 0x10D8F
                || codePoint >= 0x10EC2 && codePoint <= 0x10EFC
                || codePoint >= 0x11380 && codePoint <= 0x113FF
                || codePoint >= 0x116D0 && codePoint <= 0x116E3
                || codePoint >= 0x11BC0 && codePoint <= 0x11BFF
                || codePoint == 0x11F5A
                || codePoint >= 0x13460 && codePoint <= 0x143FF
                || codePoint >= 0x16100 && codePoint <= 0x1613F
                || codePoint >= 0x16D40 && codePoint <= 0x16D7F
                || codePoint >= 0x18CFF && codePoint <= 0x18CFF
                || codePoint >= 0x1CC00 && codePoint <= 0x1CEBF
                || codePoint >= 0x1E5D0 && codePoint <= 0x1E5FF
                || codePoint >= 0x1F8B2 && codePoint <= 0x1F8C1
                || codePoint >= 0x1F8C0 && codePoint <= 0x1F8CF
                || codePoint >= 0x1FA89 && codePoint <= 0x1FA8F
                || codePoint >= 0x1FABE && codePoint <= 0x1FAC6
                || codePoint >= 0x1FADC && codePoint <= 0x1FAE9
                || codePoint >= 0x1FBCB && codePoint <= 0x1FBEF;
    }

    private static String word(SplittableRandom random) {
        StringBuilder word = new StringBuilder(random.nextBoolean() ? " " : "");
        int letters = 1 + random.nextInt(9);
        for (int letter = 0; letter < letters; letter++) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }
}

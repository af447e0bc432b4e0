package dev.scriptorium.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The {@code sh} blocks of the pages for people. A comment {@code <!-- doc: … -->} on the line before says what is
 * special about one: {@code service, until …} goes on to the end of its page, {@code needs PROGRAM} runs where that is,
 * {@code parsed only, REASON} does not run here, {@code fails with CODE, REASON} does not end with 0.
 */
final class DocBlocks {
    private static final Pattern NOTE = Pattern.compile("<!-- doc: (.+) -->");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
    private static final Pattern HERE = Pattern.compile("<<'?([A-Z]+)'?");
    private static final List<String> ENDS = List.of("|", "&", ">", ";");

    private DocBlocks() {}

    /**
     * @param line of the opening fence, from 1
     * @param note what the comment says; empty without one
     */
    record Block(Path page, int line, String note, String text) {
        boolean isService() {
            return note.startsWith("service,");
        }

        boolean isParsedOnly() {
            return note.startsWith("parsed only,");
        }

        /** The program that it needs beside ours; empty for none. */
        String needs() {
            return note.startsWith("needs ") ? note.substring("needs ".length()) : "";
        }

        int exitCode() {
            Matcher code = Pattern.compile("fails with (\\d+),.*").matcher(note);
            return code.matches() ? Integer.parseInt(code.group(1)) : 0;
        }

        /** The arguments of each call of our program. */
        List<List<String>> calls() {
            List<List<String>> calls = new ArrayList<>();
            String end = null;
            for (String each : text.replace("\\\n", " ").split("\n", -1)) {
                if (end != null) {
                    end = each.equals(end) ? null : end;
                    continue;
                }
                Matcher here = HERE.matcher(each);
                end = here.find() ? here.group(1) : null;
                if (each.startsWith("./scriptorium ")) {
                    calls.add(words(each).stream()
                            .skip(1)
                            .takeWhile(word -> !ENDS.contains(word))
                            .toList());
                }
            }
            return calls;
        }

        @Override
        public String toString() {
            return page + ":" + line;
        }
    }

    /** The pages whose commands must work. */
    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("docs/troubleshooting.md")));
        try (Stream<Path> guides = Files.list(Path.of("docs/guides"))) {
            guides.filter(file -> file.toString().endsWith(".md")).sorted().forEach(pages::add);
        }
        return pages;
    }

    static List<Block> of(Path page) throws IOException {
        List<Block> blocks = new ArrayList<>();
        List<String> lines = Files.readAllLines(page);
        for (int i = 0; i < lines.size(); i++) {
            if (!lines.get(i).equals("```sh")) {
                continue;
            }
            Matcher note = NOTE.matcher(i == 0 ? "" : lines.get(i - 1));
            int end = i + 1;
            while (!lines.get(end).equals("```")) {
                end++;
            }
            String text = String.join("\n", lines.subList(i + 1, end)) + "\n";
            blocks.add(new Block(page, i + 1, note.matches() ? note.group(1) : "", text));
            i = end;
        }
        return blocks;
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            words.add(word.group(1) != null ? word.group(1) : word.group(2) != null ? word.group(2) : word.group(3));
        }
        return words;
    }
}

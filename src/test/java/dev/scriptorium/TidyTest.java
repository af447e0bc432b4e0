package dev.scriptorium;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The house rules that a program can count. One list of exceptions, every line with its reason. */
class TidyTest {
    private static final int LINE_CHARACTERS_MAX = 120;
    private static final int CLASS_LINES_MAX = 400;
    private static final int METHOD_LINES_MAX = 60;
    private static final int PACKAGE_FILES_MAX = 24;

    /** file name (or package) and rule to the reason why it may. */
    private static final Map<String, String> EXCEPTIONS = Map.of(
            "event files",
            "the nouns of the whole house live in one room, one small record a file",
            "FixedWidthTiles.java method",
            "an accumulator stays in its register only within one method, and a tile has 24",
            "FixedWidthFourBits.java method",
            "as for FixedWidthTiles, with 16 accumulators");

    private static final Pattern METHOD_START =
            Pattern.compile("^    (?! )(?!.*\\b(class|record|enum|interface)\\b).*\\{$");
    private static final Pattern BANNED_NAME =
            Pattern.compile(".*(Utils?|Helpers?|Manager|Impl|Common)\\.java|Abstract.*\\.java");
    private static final Pattern MUTABLE_STATIC = Pattern.compile(
            "^\\s+(private |public |protected )?static (?!final |class |record |enum |interface |sealed |abstract"
                    + " |<)[^(]*(=.*)?;$");

    @Test
    void linesAreShortEnoughToReadSideBySide() throws IOException {
        check("line", (file, lines) -> {
            List<String> found = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).length() > LINE_CHARACTERS_MAX) {
                    found.add(file + ":" + (i + 1) + ": has " + lines.get(i).length() + " characters, most is 120");
                }
            }
            return found;
        });
    }

    @Test
    void classesHoldOneThing() throws IOException {
        check(
                "class",
                (file, lines) -> lines.size() > CLASS_LINES_MAX
                        ? List.of(file + ": has " + lines.size() + " lines, most is " + CLASS_LINES_MAX)
                        : List.of());
    }

    @Test
    void methodsFitAScreen() throws IOException {
        check("method", (file, lines) -> {
            List<String> found = new ArrayList<>();
            for (int start = 0; start < lines.size(); start++) {
                if (!METHOD_START.matcher(lines.get(start)).matches()) {
                    continue;
                }
                int end = start;
                while (end < lines.size() && !lines.get(end).equals("    }")) {
                    end++;
                }
                if (end - start > METHOD_LINES_MAX) {
                    found.add(file + ":" + (start + 1) + ": method of " + (end - start) + " lines, most is 60");
                }
            }
            return found;
        });
    }

    @Test
    void namesSayWhatAThingIs() throws IOException {
        check(
                "name",
                (file, lines) ->
                        BANNED_NAME.matcher(file.getFileName().toString()).matches()
                                ? List.of(file + ": name says nothing")
                                : List.of());
    }

    @Test
    void nothingStaticChanges() throws IOException {
        check("static", (file, lines) -> {
            List<String> found = new ArrayList<>();
            for (int i = 0; i < lines.size(); i++) {
                if (MUTABLE_STATIC.matcher(lines.get(i)).matches()) {
                    found.add(file + ":" + (i + 1) + ": static state that can change: "
                            + lines.get(i).strip());
                }
            }
            return found;
        });
    }

    @Test
    void testsWaitForThingsAndNotForTime() throws IOException {
        String banned = "Thread." + "sleep";
        List<String> found = new ArrayList<>();
        for (Path file : javaFiles("src/test/java")) {
            if (Files.readString(file).contains(banned)) {
                found.add(file + ": waits with " + banned);
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void nothingIsLeftOpenInTheCode() throws IOException {
        Pattern open = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|X" + "XX)\\b");
        List<String> found = new ArrayList<>();
        for (Path file : javaFiles("src")) {
            if (open.matcher(Files.readString(file)).find()) {
                found.add(file.toString());
            }
        }
        assertThat(found).isEmpty();
    }

    @Test
    void packagesHaveAContractAndFewFiles() throws IOException {
        Map<Path, Integer> counts = new TreeMap<>();
        for (Path file : javaFiles("src/main/java")) {
            if (file.endsWith("package-info.java")) {
                continue;
            }
            counts.merge(file.getParent(), 1, Integer::sum);
        }
        List<String> found = new ArrayList<>();
        counts.forEach((folder, count) -> {
            if (!Files.exists(folder.resolve("package-info.java"))) {
                found.add(folder + ": has no package-info.java");
            }
            if (count > PACKAGE_FILES_MAX && !EXCEPTIONS.containsKey(folder.getFileName() + " files")) {
                found.add(folder + ": has " + count + " files, most is " + PACKAGE_FILES_MAX
                        + "; part the room into packages below it");
            }
        });
        assertThat(found).isEmpty();
    }

    private interface Rule {
        List<String> problems(Path file, List<String> lines);
    }

    private static void check(String rule, Rule body) throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : javaFiles("src")) {
            if (!EXCEPTIONS.containsKey(file.getFileName() + " " + rule)) {
                found.addAll(body.problems(file, Files.readAllLines(file)));
            }
        }
        assertThat(found).isEmpty();
    }

    private static List<Path> javaFiles(String root) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(root))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .sorted()
                    .toList();
        }
    }
}

package dev.scriptorium.dataset.text;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * The parts that two texts have in common, as Python's {@code difflib.SequenceMatcher} finds them without junk: the
 * longest common part first, and then likewise left and right of it (Ratcliff and Obershelp 1988). Characters are
 * Unicode code points.
 */
public final class CommonParts {
    private final int[] a;
    private final int[] b;
    private final int[] before;
    private final int[] now;

    private CommonParts(String a, String b) {
        this.a = a.codePoints().toArray();
        this.b = b.codePoints().toArray();
        this.before = new int[this.b.length + 1];
        this.now = new int[this.b.length + 1];
    }

    /** From {@code aStart} in the first text and {@code bStart} in the second, in characters. */
    public record Part(int aStart, int bStart, int length) {}

    private record Range(int aFrom, int aTo, int bFrom, int bTo) {}

    /** In the order of the texts; parts that touch in both are one. */
    public static List<Part> of(String a, String b) {
        return new CommonParts(a, b).all();
    }

    private List<Part> all() {
        Deque<Range> open = new ArrayDeque<>(List.of(new Range(0, a.length, 0, b.length)));
        List<Part> found = new ArrayList<>();
        while (!open.isEmpty()) {
            Range range = open.pop();
            Part part = longest(range);
            if (part.length() == 0) {
                continue;
            }
            found.add(part);
            if (range.aFrom() < part.aStart() && range.bFrom() < part.bStart()) {
                open.push(new Range(range.aFrom(), part.aStart(), range.bFrom(), part.bStart()));
            }
            int aEnd = part.aStart() + part.length();
            int bEnd = part.bStart() + part.length();
            if (aEnd < range.aTo() && bEnd < range.bTo()) {
                open.push(new Range(aEnd, range.aTo(), bEnd, range.bTo()));
            }
        }
        found.sort(Comparator.comparingInt(Part::aStart).thenComparingInt(Part::bStart));
        return joined(found);
    }

    /** Of several of the same length the one that begins first in a, and of those the one that begins first in b. */
    private Part longest(Range range) {
        int[] last = before;
        int[] next = now;
        Arrays.fill(last, range.bFrom(), range.bTo() + 1, 0);
        next[range.bFrom()] = 0;
        Part best = new Part(range.aFrom(), range.bFrom(), 0);
        for (int i = range.aFrom(); i < range.aTo(); i++) {
            for (int j = range.bFrom(); j < range.bTo(); j++) {
                int length = a[i] == b[j] ? last[j] + 1 : 0;
                next[j + 1] = length;
                if (length > best.length()) {
                    best = new Part(i - length + 1, j - length + 1, length);
                }
            }
            int[] swap = last;
            last = next;
            next = swap;
            last[range.bFrom()] = 0;
            next[range.bFrom()] = 0;
        }
        return best;
    }

    private static List<Part> joined(List<Part> parts) {
        List<Part> all = new ArrayList<>();
        for (Part part : parts) {
            Part last = all.isEmpty() ? null : all.getLast();
            if (last != null
                    && last.aStart() + last.length() == part.aStart()
                    && last.bStart() + last.length() == part.bStart()) {
                all.set(all.size() - 1, new Part(last.aStart(), last.bStart(), last.length() + part.length()));
            } else {
                all.add(part);
            }
        }
        return all;
    }
}

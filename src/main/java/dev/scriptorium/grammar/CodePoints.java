package dev.scriptorium.grammar;

import java.util.ArrayList;
import java.util.List;

/**
 * A set of Unicode scalar values: no surrogate is ever in it, because no text encoding can write one.
 *
 * @param bounds first and last of each stretch, ascending, stretches apart from each other
 */
record CodePoints(List<Integer> bounds) {
    static final CodePoints NONE = new CodePoints(List.of());
    static final CodePoints ALL = of(0, Character.MAX_CODE_POINT);

    static CodePoints of(int first, int last) {
        return normalized(List.of(new int[] {first, last}));
    }

    /** Of characters that stand for themselves, ranges written a-z. */
    static CodePoints of(int... firstsAndLasts) {
        List<int[]> stretches = new ArrayList<>();
        for (int i = 0; i < firstsAndLasts.length; i += 2) {
            stretches.add(new int[] {firstsAndLasts[i], firstsAndLasts[i + 1]});
        }
        return normalized(stretches);
    }

    private static CodePoints normalized(List<int[]> stretches) {
        List<int[]> parts = new ArrayList<>();
        for (int[] stretch : stretches) {
            part(parts, stretch[0], Math.min(stretch[1], Character.MIN_SURROGATE - 1));
            part(parts, Math.max(stretch[0], Character.MAX_SURROGATE + 1), stretch[1]);
        }
        parts.sort((a, b) -> Integer.compare(a[0], b[0]));
        List<Integer> bounds = new ArrayList<>();
        for (int[] part : parts) {
            int size = bounds.size();
            if (size > 0 && part[0] <= bounds.get(size - 1) + 1) {
                bounds.set(size - 1, Math.max(bounds.get(size - 1), part[1]));
            } else {
                bounds.add(part[0]);
                bounds.add(part[1]);
            }
        }
        return new CodePoints(List.copyOf(bounds));
    }

    private static void part(List<int[]> parts, int first, int last) {
        if (first <= last) {
            parts.add(new int[] {first, last});
        }
    }

    int stretches() {
        return bounds.size() / 2;
    }

    int first(int stretch) {
        return bounds.get(2 * stretch);
    }

    int last(int stretch) {
        return bounds.get(2 * stretch + 1);
    }

    boolean contains(int codePoint) {
        return intersects(codePoint, codePoint);
    }

    boolean intersects(int from, int to) {
        for (int i = 0; i < stretches(); i++) {
            if (first(i) <= to && last(i) >= from) {
                return true;
            }
        }
        return false;
    }

    CodePoints or(CodePoints other) {
        List<int[]> all = new ArrayList<>();
        for (CodePoints each : List.of(this, other)) {
            for (int i = 0; i < each.stretches(); i++) {
                all.add(new int[] {each.first(i), each.last(i)});
            }
        }
        return normalized(all);
    }

    CodePoints not() {
        List<int[]> gaps = new ArrayList<>();
        int next = 0;
        for (int i = 0; i < stretches(); i++) {
            if (first(i) > next) {
                gaps.add(new int[] {next, first(i) - 1});
            }
            next = last(i) + 1;
        }
        if (next <= Character.MAX_CODE_POINT) {
            gaps.add(new int[] {next, Character.MAX_CODE_POINT});
        }
        return normalized(gaps);
    }
}

package dev.scriptorium.dataset.export;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is counted of all rows, kept or not.
 *
 * @param kept in the dataset
 * @param dropped because their last text failed a gate
 * @param failed because their request was rejected
 * @param redrawn texts that failed a gate and were drawn again
 * @param duplicates texts that repeat one of an earlier row, drawn again or not
 * @param tokens of the texts kept
 * @param promptTokens of their prompts
 * @param tokenHistogram texts kept by length: as many as {@link #TOKEN_BOUNDS} has, and one for longer ones
 * @param gates by name, in the order in which texts come to them
 * @param formats rows kept by template
 * @param audiences rows kept by audience; empty without any
 */
public record Statistics(
        long kept,
        long dropped,
        long failed,
        long redrawn,
        long duplicates,
        long tokens,
        long promptTokens,
        List<Long> tokenHistogram,
        Map<String, GateCount> gates,
        Map<String, Long> formats,
        Map<String, Long> audiences) {
    /** The most tokens in each part of the histogram. */
    public static final List<Integer> TOKEN_BOUNDS =
            List.of(16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1_024, 1_536, 2_048, 3_072, 4_096);

    public static final Statistics NONE = new Statistics(
            0, 0, 0, 0, 0, 0, 0, Collections.nCopies(TOKEN_BOUNDS.size() + 1, 0L), Map.of(), Map.of(), Map.of());

    public Statistics {
        tokenHistogram = List.copyOf(tokenHistogram);
        gates = Collections.unmodifiableMap(new LinkedHashMap<>(gates));
        formats = Collections.unmodifiableMap(new LinkedHashMap<>(formats));
        audiences = Collections.unmodifiableMap(new LinkedHashMap<>(audiences));
    }

    /**
     * What a gate said.
     *
     * @param rule of its verdicts
     * @param passed texts
     * @param redrawn texts that failed it and were drawn again
     * @param dropped rows whose last text failed it
     */
    public record GateCount(String rule, long passed, long redrawn, long dropped) {}
}

package dev.scriptorium.wire;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Headers of a prompt that travel with it, unchanged: onto its lane, with its outcome and its pieces, to its completion
 * or rejection. All other headers of a prompt end with it.
 *
 * <p>The two of <a href="https://www.w3.org/TR/trace-context/">W3C's Trace Context</a>: what is no {@code traceparent}
 * is left behind, and {@code tracestate} with it, as the specification has it. None is made here: a trace begins with
 * whoever wants one.
 */
public final class CarriedHeaders {
    public static final String TRACEPARENT = "traceparent";
    public static final String TRACESTATE = "tracestate";

    private static final int VALUE_CHARACTERS_MAX = 512;
    /** Version, trace id, parent id and flags; a later version may say more after them. Zeros are no ids. */
    private static final Pattern TRACE =
            Pattern.compile("(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(-[!-~]*)?");

    private static final Pattern PRINTABLE = Pattern.compile("[ -~\\t]*");

    private CarriedHeaders() {}

    /**
     * Those of one prompt.
     *
     * @param header of a name, null if there is none
     */
    public static SortedMap<String, String> of(Function<String, @Nullable String> header) {
        SortedMap<String, String> carried = new TreeMap<>();
        String parent = header.apply(TRACEPARENT);
        if (parent != null
                && parent.length() <= VALUE_CHARACTERS_MAX
                && TRACE.matcher(parent).matches()) {
            carried.put(TRACEPARENT, parent);
            String state = header.apply(TRACESTATE);
            if (state != null
                    && state.length() <= VALUE_CHARACTERS_MAX
                    && PRINTABLE.matcher(state).matches()) {
                carried.put(TRACESTATE, state);
            }
        }
        return Collections.unmodifiableSortedMap(carried);
    }
}

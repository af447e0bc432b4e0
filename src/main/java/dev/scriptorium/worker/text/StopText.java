package dev.scriptorium.worker.text;

import java.util.List;

/**
 * Collects generated text and cuts it before the stop text that is complete first.
 *
 * <p>"First" is by the end of the stop text, and where two end together by the earlier start. So the cut depends on the
 * text alone and not on where one token ends and the next begins.
 */
public final class StopText {
    private final List<String> stops;
    private final StringBuilder text = new StringBuilder();
    private boolean found;

    public StopText(List<String> stops) {
        this.stops = stops;
    }

    /** Adds a piece, unless a stop text was found before; returns whether one is found now. */
    public boolean push(String piece) {
        for (int i = 0; i < piece.length() && !found; i++) {
            text.append(piece.charAt(i));
            found = cut();
        }
        return found;
    }

    public boolean found() {
        return found;
    }

    public String text() {
        return text.toString();
    }

    /**
     * What no stop text can take back any more: all but the longest ending that may be the beginning of one, or half a
     * character.
     */
    public String certain() {
        int held = 0;
        for (String stop : stops) {
            for (int length = Math.min(stop.length() - 1, text.length()); length > held; length--) {
                if (endsWith(stop.substring(0, length))) {
                    held = length;
                }
            }
        }
        int end = text.length() - (found ? 0 : held);
        return text.substring(0, end > 0 && Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
    }

    private boolean cut() {
        int longest = 0;
        for (int i = 0; i < stops.size(); i++) {
            String stop = stops.get(i);
            if (stop.length() > longest && endsWith(stop)) {
                longest = stop.length();
            }
        }
        text.setLength(text.length() - longest);
        return longest > 0;
    }

    private boolean endsWith(String stop) {
        int start = text.length() - stop.length();
        if (start < 0) {
            return false;
        }
        for (int i = stop.length() - 1; i >= 0; i--) {
            if (text.charAt(start + i) != stop.charAt(i)) {
                return false;
            }
        }
        return true;
    }
}

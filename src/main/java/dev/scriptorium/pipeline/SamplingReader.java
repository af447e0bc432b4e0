package dev.scriptorium.pipeline;

import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Sampling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads a section {@code sampling}, wherever it stands. */
public final class SamplingReader {
    private SamplingReader() {}

    /** Notes what is wrong and leaves it unsaid. */
    public static Sampling read(Section section) {
        List<String> stop = section.list(Key.STOP);
        Map<String, @Nullable Object> values = new HashMap<>();
        for (Key<?> key : AllKeys.IN_ORDER) {
            if (key.path().startsWith("models.<model>.sampling.") && !key.equals(Key.STOP)) {
                values.put(key.name(), section.find(key));
            }
        }
        values.put("stop", section.has("stop") || !stop.isEmpty() ? stop : null);
        section.refuseUnknown();
        while (true) {
            try {
                return sampling(values);
            } catch (InvalidFieldException e) {
                String at = section.path() + "." + e.field();
                section.source().problem(section.source().place(at), at + " is " + e.value() + ", but it " + e.rule());
                values.put(e.field(), null);
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static Sampling sampling(Map<String, @Nullable Object> values) {
        if (Integer.valueOf(0).equals(values.get("max_tokens"))) {
            // Only a prompt that asks for its echo may want no text.
            throw new InvalidFieldException("max_tokens", 0, "must be from 1 to " + Sampling.TOKENS_MAX);
        }
        return new Sampling(
                (Integer) values.get("max_tokens"),
                (Integer) values.get("max_length"),
                (Double) values.get("temperature"),
                (Integer) values.get("top_k"),
                (Double) values.get("top_p"),
                (Double) values.get("min_p"),
                (Double) values.get("repetition_penalty"),
                (Double) values.get("frequency_penalty"),
                (Double) values.get("presence_penalty"),
                (Long) values.get("seed"),
                (List<String>) values.get("stop"));
    }
}

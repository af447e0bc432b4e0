package dev.scriptorium.topology.quota;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.RecordHeads;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** What the headers of records on the quotas topic say: what they count for, or that they give it back. */
public final class Charge {
    static final String TOKENS = "scriptorium-quota-tokens";

    private static final String REFUND = "scriptorium-quota-refund";
    /** On a prompt on its way to the count: under which key it goes on. */
    private static final String REQUEST = "scriptorium-quota-request";
    /** On a prompt that found no room: why. */
    private static final String REFUSAL = "scriptorium-quota-refusal";

    private Charge() {}

    /**
     * What became of a prompt where it was counted.
     *
     * @param reservedTokens that were charged; -1 if nothing was
     * @param refusal why there was no room; null if there was
     */
    public record Verdict(long reservedTokens, @Nullable String refusal) {}

    /**
     * A prompt on its way to the count.
     *
     * @param headers that go with it
     * @param now its time in milliseconds
     */
    public static Record<byte[], byte[]> of(Prompt prompt, Pipeline pipeline, Headers headers, byte[] value, long now) {
        clear(headers);
        headers.remove(REFUND);
        RecordHeads.put(headers, REQUEST, prompt.request().key());
        RecordHeads.put(headers, TOKENS, Long.toString(pipeline.tokensOf(prompt)));
        return new Record<>(prompt.tenant().getBytes(StandardCharsets.UTF_8), value, now, headers);
    }

    /** What gives back what a prompt was charged. */
    public static Record<byte[], byte[]> refund(String tenant, long tokens, long now) {
        Headers headers = RecordHeads.none();
        RecordHeads.put(headers, REFUND, "");
        RecordHeads.put(headers, TOKENS, Long.toString(tokens));
        return new Record<>(tenant.getBytes(StandardCharsets.UTF_8), new byte[0], now, headers);
    }

    /** What was written into a record's headers where it was counted; a tenant without a quota is charged nothing. */
    public static Verdict verdict(Headers headers) {
        String refusal = RecordHeads.text(headers, REFUSAL);
        return new Verdict(refusal == null && request(headers) != null ? tokens(headers) : -1, refusal);
    }

    /** Takes all of this out again, or what a sender has put there. */
    public static void clear(Headers headers) {
        headers.remove(TOKENS).remove(REQUEST).remove(REFUSAL);
    }

    static boolean isRefund(Headers headers) {
        return RecordHeads.bytes(headers, REFUND) != null;
    }

    static byte @Nullable [] request(Headers headers) {
        return RecordHeads.bytes(headers, REQUEST);
    }

    /** -1 if it says none. */
    static long tokens(Headers headers) {
        String text = RecordHeads.text(headers, TOKENS);
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    static void refuse(Headers headers, String why) {
        RecordHeads.put(headers, REFUSAL, why);
    }
}

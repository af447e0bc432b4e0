package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Tenants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Charges prompts to their tenant's quota, and takes refunds.
 *
 * <p>All that concerns one tenant passes here one after the other, so the count is exact. A prompt that finds no room
 * goes on too, with a note that says so: whether its id was seen before, and so what becomes of it, is for admit.
 */
final class Reserve extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** On records of the quotas topic: what they count for, or that they give it back. */
    static final String TOKENS = "scriptorium-quota-tokens";

    static final String REFUND = "scriptorium-quota-refund";
    /** On a prompt on its way to this step: under which key it goes on. */
    static final String REQUEST = "scriptorium-quota-request";
    /** On a prompt that found no room: why. */
    static final String REFUSAL = "scriptorium-quota-refusal";

    private final Tenants tenants;
    private @Nullable KeyValueStore<String, byte[]> store;

    Reserve(Tenants tenants) {
        this.tenants = tenants;
    }

    /**
     * What became of a prompt here.
     *
     * @param reservedTokens that were charged; -1 if nothing was
     * @param refusal why there was no room; null if there was
     */
    record Verdict(long reservedTokens, @Nullable String refusal) {
        static void clear(Headers headers) {
            headers.remove(TOKENS).remove(REQUEST).remove(REFUSAL);
        }
    }

    /** What this step wrote into a record's headers; nothing is charged to a tenant without a quota. */
    static Verdict verdict(Headers headers) {
        String refusal = RecordHeads.text(headers, REFUSAL);
        boolean passedHere = RecordHeads.bytes(headers, REQUEST) != null;
        return new Verdict(refusal == null && passedHere ? number(RecordHeads.text(headers, TOKENS)) : -1, refusal);
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        store = context.getStateStore(Names.TENANTS_STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] request = RecordHeads.bytes(record.headers(), REQUEST);
        long tokens = number(RecordHeads.text(record.headers(), TOKENS));
        boolean isRefund = RecordHeads.bytes(record.headers(), REFUND) != null;
        if (record.key() == null || tokens < 0 || (request == null && !isRefund)) {
            putAside(record);
            return;
        }
        String tenant = new String(record.key(), StandardCharsets.UTF_8);
        if (isRefund) {
            Use use = use(tenant);
            put(tenant, new Use(Math.max(0, use.requests() - 1), Math.max(0, use.tokens() - tokens)));
            context().forward(record, Names.REFUNDED);
        } else {
            String refusal = reserve(tenant, tokens);
            if (refusal != null) {
                RecordHeads.put(record.headers(), REFUSAL, refusal);
            }
            context().forward(record.withKey(request), Names.ADMISSIBLE);
        }
    }

    /** What of a tenant is in flight. */
    private record Use(long requests, long tokens) {}

    private @Nullable String reserve(String tenant, long tokens) {
        Tenants.Quota quota = tenants.of(tenant);
        Use use = use(tenant);
        if (use.requests() + 1 > quota.requestsMax()) {
            return "tenant '%s' has %d requests in flight, and its requests_in_flight_max is %d"
                    .formatted(tenant, use.requests(), quota.requestsMax());
        }
        if (use.tokens() + tokens > quota.tokensMax()) {
            return "tenant '%s' has %d tokens in flight, and with %d more it would have more than its"
                            .formatted(tenant, use.tokens(), tokens)
                    + " tokens_in_flight_max, which is %d".formatted(quota.tokensMax());
        }
        put(tenant, new Use(use.requests() + 1, use.tokens() + tokens));
        return null;
    }

    private Use use(String tenant) {
        byte[] value = store().get(tenant);
        ByteBuffer numbers = ByteBuffer.wrap(value == null ? new byte[2 * Long.BYTES] : value);
        return new Use(numbers.getLong(), numbers.getLong());
    }

    private void put(String tenant, Use use) {
        if (use.requests() == 0) {
            // Nothing in flight is what holds for a tenant that is not in the store.
            store().delete(tenant);
            return;
        }
        store().put(
                        tenant,
                        ByteBuffer.allocate(2 * Long.BYTES)
                                .putLong(use.requests())
                                .putLong(use.tokens())
                                .array());
    }

    private void putAside(Record<byte[], byte[]> record) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        Instant now = Instant.ofEpochMilli(context().currentSystemTimeMs());
        String reason = "the record on the quotas topic is neither a prompt nor a refund";
        context()
                .forward(
                        origin.deadLetter(record.value(), record.headers(), reason, null, now.toEpochMilli()),
                        Names.MISPLACED);
    }

    private static long number(@Nullable String text) {
        try {
            return text == null ? -1 : Long.parseLong(text);
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private KeyValueStore<String, byte[]> store() {
        if (store == null) {
            throw new IllegalStateException("reserve was used before it was initialised");
        }
        return store;
    }
}

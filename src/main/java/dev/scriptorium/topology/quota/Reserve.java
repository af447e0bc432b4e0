package dev.scriptorium.topology.quota;

import dev.scriptorium.pipeline.Tenants;
import dev.scriptorium.topology.Origin;
import dev.scriptorium.topology.WaitingRecord;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Objects;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Charges prompts to their tenant's quota, and takes refunds.
 *
 * <p>All that concerns one tenant passes here one after the other, so the count is exact. A prompt that finds no room
 * goes on too, with a note that says so: whether its id was seen before, and so what becomes of it, is for admit. A row
 * of a recipe waits for room instead, because nobody is there to send it again; how many can wait is limited by how
 * many rows of a recipe are under way.
 */
public final class Reserve extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    private final Settings settings;
    private @Nullable KeyValueStore<String, byte[]> store;
    private @Nullable KeyValueStore<String, byte[]> waiting;

    /**
     * @param tenants who may have how much
     * @param stores names of two: what tenants have in flight, and the rows that wait
     * @param edges where records leave
     */
    public record Settings(Tenants tenants, Stores stores, Edges edges) {}

    /** Names of stores. */
    public record Stores(String tenants, String waiting) {}

    /** Where prompts, what was taken note of, and what is neither leave. */
    public record Edges(String prompts, String noted, String misplaced) {}

    public Reserve(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        store = context.getStateStore(settings.stores().tenants());
        waiting = context.getStateStore(settings.stores().waiting());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] request = Charge.request(record.headers());
        long tokens = Charge.tokens(record.headers());
        boolean isRefund = Charge.isRefund(record.headers());
        if (record.key() == null || tokens < 0 || (request == null && !isRefund)) {
            putAside(record);
            return;
        }
        String tenant = new String(record.key(), StandardCharsets.UTF_8);
        Use use = use(tenant);
        if (isRefund) {
            put(tenant, release(tenant, use.less(tokens)));
            context().forward(record, settings.edges().noted());
            return;
        }
        String refusal = refusal(tenant, use, tokens);
        boolean canWait = Origin.isExpanded(record.headers()) && refusal(tenant, Use.NONE, tokens) == null;
        if (canWait && (refusal != null || use.someWait())) {
            store(waiting).put(key(tenant, use.next()), new WaitingRecord(now(), record).bytes());
            put(tenant, use.withOneMoreWaiting());
            context().forward(record, settings.edges().noted());
        } else if (refusal != null) {
            Charge.refuse(record.headers(), refusal);
            sendOn(record);
        } else {
            put(tenant, use.more(tokens));
            sendOn(record);
        }
    }

    /** Rows that there is room for now go on, in their order. */
    private Use release(String tenant, Use use) {
        Use left = use;
        while (left.someWait()) {
            String key = key(tenant, left.first());
            Record<byte[], byte[]> row = WaitingRecord.of(
                            Objects.requireNonNull(store(waiting).get(key), "a row that waits is known"))
                    .record();
            long tokens = Charge.tokens(row.headers());
            String refusal = refusal(tenant, left, tokens);
            String never = refusal(tenant, Use.NONE, tokens);
            if (refusal != null && never == null) {
                break;
            }
            store(waiting).delete(key);
            left = left.withoutFirst();
            if (never == null) {
                left = left.more(tokens);
            } else {
                // The quota was larger when it came here.
                Charge.refuse(row.headers(), never);
            }
            sendOn(row.withTimestamp(now()));
        }
        return left;
    }

    private void sendOn(Record<byte[], byte[]> prompt) {
        context()
                .forward(
                        prompt.withKey(Charge.request(prompt.headers())),
                        settings.edges().prompts());
    }

    /**
     * What of a tenant is in flight, and which rows wait.
     *
     * @param first the number of the row that waits longest
     * @param next the number that the next one gets; equal to {@code first} if none waits
     */
    private record Use(long requests, long tokens, long first, long next) {
        static final Use NONE = new Use(0, 0, 0, 0);

        Use more(long charged) {
            return new Use(requests + 1, tokens + charged, first, next);
        }

        Use less(long refunded) {
            return new Use(Math.max(0, requests - 1), Math.max(0, tokens - refunded), first, next);
        }

        Use withOneMoreWaiting() {
            return new Use(requests, tokens, first, next + 1);
        }

        Use withoutFirst() {
            return new Use(requests, tokens, first + 1, next);
        }

        boolean someWait() {
            return next > first;
        }
    }

    /** Why there is no room; null if there is. */
    private @Nullable String refusal(String tenant, Use use, long tokens) {
        Tenants.Quota quota = settings.tenants().of(tenant);
        if (use.requests() + 1 > quota.requestsMax()) {
            return "tenant '%s' has %d requests in flight, and its requests_in_flight_max is %d"
                    .formatted(tenant, use.requests(), quota.requestsMax());
        }
        if (use.tokens() + tokens > quota.tokensMax()) {
            return "tenant '%s' has %d tokens in flight, and with %d more it would have more than its"
                            .formatted(tenant, use.tokens(), tokens)
                    + " tokens_in_flight_max, which is %d".formatted(quota.tokensMax());
        }
        return null;
    }

    private Use use(String tenant) {
        byte[] value = store(store).get(tenant);
        if (value == null) {
            return Use.NONE;
        }
        // An earlier version wrote the first two.
        ByteBuffer numbers = ByteBuffer.wrap(Arrays.copyOf(value, 4 * Long.BYTES));
        return new Use(numbers.getLong(), numbers.getLong(), numbers.getLong(), numbers.getLong());
    }

    private void put(String tenant, Use use) {
        if (use.requests() == 0 && !use.someWait()) {
            // Nothing in flight is what holds for a tenant that is not in the store.
            store(store).delete(tenant);
            return;
        }
        store(store)
                .put(
                        tenant,
                        ByteBuffer.allocate(4 * Long.BYTES)
                                .putLong(use.requests())
                                .putLong(use.tokens())
                                .putLong(use.first())
                                .putLong(use.next())
                                .array());
    }

    private static String key(String tenant, long number) {
        return HexFormat.of().toHexDigits(number) + "/" + tenant;
    }

    private void putAside(Record<byte[], byte[]> record) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        String reason = "the record on the quotas topic is neither a prompt nor a refund";
        context()
                .forward(
                        origin.deadLetter(record.value(), record.headers(), reason, null, now()),
                        settings.edges().misplaced());
    }

    private long now() {
        return context().currentSystemTimeMs();
    }

    private static KeyValueStore<String, byte[]> store(@Nullable KeyValueStore<String, byte[]> store) {
        if (store == null) {
            throw new IllegalStateException("reserve was used before it was initialised");
        }
        return store;
    }
}

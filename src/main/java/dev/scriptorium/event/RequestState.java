package dev.scriptorium.event;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What the router remembers of a request id, so that it is admitted once and settled once.
 *
 * @param contentDigest SHA-256 in hex of what was asked; the same id may come again with the same content only
 * @param phase how far the request is
 * @param lane where it was sent; null if it was refused at once
 * @param attempt how often it was put on a lane; the attempt that is waited for while {@code retryAt} is not null
 * @param admittedAt when its first record was taken
 * @param settledAt when its terminal event was let through; null while it is open
 * @param open what matters while it is open
 */
public record RequestState(
        String contentDigest,
        Phase phase,
        @Nullable String lane,
        int attempt,
        Instant admittedAt,
        @Nullable Instant settledAt,
        Open open) {
    /** A request is open, then over; there is no way back. */
    public enum Phase {
        ADMITTED,
        COMPLETED,
        REJECTED
    }

    /**
     * What matters only while a request is open.
     *
     * @param tenant on whose account; null for what an earlier version admitted
     * @param lanePartition of the lane's topic, on which it lies; -1 if unknown
     * @param assignedAt when it was put on its lane last; null if never, or by an earlier version
     * @param retryAt when it goes on its lane again; null unless an attempt failed
     * @param cancelledAt since when it is cancelled and waits for the text that a worker has; null if it is not
     * @param reservedTokens that its tenant's quota is charged with; -1 if it is charged with nothing
     * @param reply where else its answer goes; null for nowhere
     */
    public record Open(
            @Nullable String tenant,
            int lanePartition,
            @Nullable Instant assignedAt,
            @Nullable Instant retryAt,
            @Nullable Instant cancelledAt,
            long reservedTokens,
            @Nullable ReplyAddress reply) {
        /** For a request that is over, and for one of which nothing of this is known. */
        public static final Open NOTHING = new Open(null, -1, null, null, null, -1, null);
    }

    /** Of which nothing more is known than that. */
    public RequestState(
            String contentDigest,
            Phase phase,
            @Nullable String lane,
            int attempt,
            Instant admittedAt,
            @Nullable Instant settledAt) {
        this(contentDigest, phase, lane, attempt, admittedAt, settledAt, Open.NOTHING);
    }

    public boolean isOpen() {
        return phase == Phase.ADMITTED;
    }

    /** Over and done. */
    public RequestState settled(Phase how, Instant at) {
        return new RequestState(contentDigest, how, lane, attempt, admittedAt, at);
    }

    /** On its lane. */
    public RequestState assigned(int number, int partition, Instant at) {
        return new RequestState(
                contentDigest,
                phase,
                lane,
                number,
                admittedAt,
                settledAt,
                new Open(open.tenant, partition, at, null, open.cancelledAt, open.reservedTokens, open.reply));
    }

    /** Waiting where it is, as one attempt more. */
    public RequestState nextAttempt() {
        return new RequestState(contentDigest, phase, lane, attempt + 1, admittedAt, settledAt, open);
    }

    /** An attempt failed, and another one follows at that time. */
    public RequestState retrying(Instant at) {
        return new RequestState(
                contentDigest,
                phase,
                lane,
                attempt + 1,
                admittedAt,
                settledAt,
                new Open(open.tenant, -1, open.assignedAt, at, open.cancelledAt, open.reservedTokens, open.reply));
    }

    /** Cancelled, and what a worker has of it is still wanted. */
    public RequestState cancelling(Instant at) {
        return new RequestState(
                contentDigest,
                phase,
                lane,
                attempt,
                admittedAt,
                settledAt,
                new Open(
                        open.tenant,
                        open.lanePartition,
                        open.assignedAt,
                        open.retryAt,
                        at,
                        open.reservedTokens,
                        open.reply));
    }
}

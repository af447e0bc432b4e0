package dev.scriptorium.gateway;

import java.time.Duration;

/**
 * How much the gateway takes.
 *
 * @param fileBytesMax of one uploaded file
 * @param fileLinesMax of one batch
 * @param storedBytesMax of all files together
 * @param bodyBytesMax of a request that is no upload
 * @param callsInFlightMax single calls that wait for their answers at once
 * @param batchesOpenMax batches that are not over
 * @param batchesRunningMax of them, those whose lines are sent and collected at once; the others wait
 * @param callWaitMax how long a single call waits for its answer
 */
public record GatewayLimits(
        long fileBytesMax,
        int fileLinesMax,
        long storedBytesMax,
        int bodyBytesMax,
        int callsInFlightMax,
        int batchesOpenMax,
        int batchesRunningMax,
        Duration callWaitMax) {
    /** OpenAI's own for files and lines. */
    public static final GatewayLimits DEFAULT =
            new GatewayLimits(200L << 20, 50_000, 64L << 30, 1 << 20, 256, 1_000, 4, Duration.ofMinutes(10));
}

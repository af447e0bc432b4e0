package dev.scriptorium.wire;

import dev.scriptorium.event.WorkerStatus;
import dev.scriptorium.wire.avro.WorkerStatusRecord;
import java.time.temporal.ChronoUnit;

/** The workers topic: Avro single-object encoding of {@code schemas/worker-status.avsc}. */
public final class WorkerStatusFormat {
    private final SingleObject avro = SingleObject.ofAllReleased();

    /** A whole record value. */
    public byte[] write(WorkerStatus status) {
        return avro.encode(WorkerStatusRecord.newBuilder()
                .setName(status.name())
                .setModel(status.model())
                .setWeightsDigest(status.weightsDigest())
                .setRuntimeVersion(status.runtimeVersion())
                .setStartedAt(status.startedAt().truncatedTo(ChronoUnit.MICROS))
                .setAt(status.at().truncatedTo(ChronoUnit.MICROS))
                .setRunning(status.running())
                .setWaiting(status.waiting())
                .setSequencesMax(status.sequencesMax())
                .setCacheTokensUsed(status.cacheTokensUsed())
                .setCacheTokensMax(status.cacheTokensMax())
                .setPromptTokens(status.promptTokens())
                .setPrefixHitTokens(status.prefixHitTokens())
                .setGeneratedTokens(status.generatedTokens())
                .setCompletions(status.completions())
                .setRejections(status.rejections())
                .build());
    }

    /** @throws UndecodableException if the bytes are no status */
    public WorkerStatus read(byte[] value) {
        WorkerStatusRecord status = avro.decode(value, WorkerStatusRecord.class);
        return new WorkerStatus(
                status.getName(),
                status.getModel(),
                status.getWeightsDigest(),
                status.getRuntimeVersion(),
                status.getStartedAt(),
                status.getAt(),
                status.getRunning(),
                status.getWaiting(),
                status.getSequencesMax(),
                status.getCacheTokensUsed(),
                status.getCacheTokensMax(),
                status.getPromptTokens(),
                status.getPrefixHitTokens(),
                status.getGeneratedTokens(),
                status.getCompletions(),
                status.getRejections());
    }
}

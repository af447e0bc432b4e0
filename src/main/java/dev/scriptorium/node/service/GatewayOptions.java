package dev.scriptorium.node.service;

import dev.scriptorium.gateway.Gateway;
import dev.scriptorium.gateway.GatewayLimits;
import dev.scriptorium.gateway.GatewaySettings;
import dev.scriptorium.gateway.Keys;
import dev.scriptorium.node.process.Notice;
import dev.scriptorium.pipeline.Pipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the gateway listens, and for whom. */
final class GatewayOptions {
    static final int PORT_DEFAULT = 8080;

    @Option(
            names = "--http-port",
            paramLabel = "PORT",
            description = "Port of the HTTP gateway. Default: " + PORT_DEFAULT + ". serve takes 0 for none.")
    @Nullable
    Integer port;

    @Option(
            names = "--http-host",
            paramLabel = "HOST",
            defaultValue = "127.0.0.1",
            description = "Address to listen on; another than this machine's own needs --keys. Default:"
                    + " ${DEFAULT-VALUE}")
    String host = "127.0.0.1";

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            description =
                    "Who may ask: a tenant and a key (or sha256: and the key's digest) a line; the tenant * sees all."
                            + " They add to gateway: tenants: in the pipeline file. Without any, only this machine is"
                            + " served.")
    @Nullable
    Path keys;

    @Option(
            names = "--file-bytes-max",
            paramLabel = "BYTES",
            description = "The largest file that may be uploaded. Default: 209715200 (200 MiB).")
    long fileBytesMax = GatewayLimits.DEFAULT.fileBytesMax();

    @Option(
            names = "--file-lines-max",
            paramLabel = "N",
            description = "The most requests of one batch. Default: 50000.")
    int fileLinesMax = GatewayLimits.DEFAULT.fileLinesMax();

    @Option(
            names = "--stored-bytes-max",
            paramLabel = "BYTES",
            description = "All files together. Default: 68719476736 (64 GiB).")
    long storedBytesMax = GatewayLimits.DEFAULT.storedBytesMax();

    @Option(
            names = "--calls-in-flight-max",
            paramLabel = "N",
            description = "Single calls that wait for their answers at once. Default: 256.")
    int callsInFlightMax = GatewayLimits.DEFAULT.callsInFlightMax();

    @Option(
            names = "--call-wait-max",
            paramLabel = "SECONDS",
            description = "How long a single call waits before it is cancelled. Default: 600.")
    long callWaitSecondsMax = GatewayLimits.DEFAULT.callWaitMax().toSeconds();

    /** On the port that was named, which must be free, or on the usual one if that is. */
    @Nullable
    Gateway startIfWanted(Pipeline pipeline, Path state, Operations operations, InstantSource clock) {
        if (port != null && port == 0) {
            return null;
        }
        try {
            return start(pipeline, state, operations, clock);
        } catch (UncheckedIOException e) {
            if (port == null && e.getCause() instanceof BindException) {
                Notice.say("no HTTP gateway: port " + PORT_DEFAULT
                        + " is taken; name another with --http-port, or 0 for none");
                return null;
            }
            throw e;
        }
    }

    Gateway start(Pipeline pipeline, Path state, Operations operations, InstantSource clock) {
        int chosen = port == null ? PORT_DEFAULT : port;
        GatewaySettings settings = new GatewaySettings(
                pipeline,
                host,
                chosen,
                state.resolve("gateway"),
                readKeys().and(Keys.of(pipeline.integrations().gatewayKeys())),
                limits(pipeline),
                operations.pages(),
                new GatewayMetrics(operations.meters()));
        try {
            return Gateway.start(settings, Services.jobTopics(pipeline), clock);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the gateway cannot listen on " + host + ":" + chosen + ": " + e.getMessage(), e);
        }
    }

    private GatewayLimits limits(Pipeline pipeline) {
        return new GatewayLimits(
                fileBytesMax,
                fileLinesMax,
                storedBytesMax,
                pipeline.limits().recordBytesMax(),
                callsInFlightMax,
                GatewayLimits.DEFAULT.batchesOpenMax(),
                GatewayLimits.DEFAULT.batchesRunningMax(),
                Duration.ofSeconds(callWaitSecondsMax));
    }

    private Keys readKeys() {
        if (keys == null) {
            return Keys.NONE;
        }
        try {
            return Keys.read(Files.readAllLines(keys), keys.toString());
        } catch (IOException e) {
            throw new UncheckedIOException("the keys " + keys + " cannot be read: " + e.getMessage(), e);
        }
    }
}

package dev.scriptorium.gateway;

import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway is told.
 *
 * @param pipeline in front of which it stands, with bootstrap.servers
 * @param host to listen on
 * @param port to listen on; 0 for any free one
 * @param folder where the bytes of files lie
 * @param keys who may ask
 * @param pages that others have to show
 * @param observer told what is answered
 */
public record GatewaySettings(
        Pipeline pipeline,
        String host,
        int port,
        Path folder,
        Keys keys,
        GatewayLimits limits,
        List<Page> pages,
        Observer observer) {
    /**
     * A page that is not the gateway's own.
     *
     * @param path under which it is served
     * @param needsKey whether somebody without a key is turned away, if there are keys
     * @param read given what the client accepts
     */
    public record Page(String path, boolean needsKey, Function<@Nullable String, Content> read) {}

    /** What such a page shows now. */
    public record Content(int status, String type, byte[] body) {}

    /** Told what is answered, for metrics. Called on the threads that serve: it must neither wait nor throw. */
    public interface Observer {
        /** What clients ask for that is no route of ours, whose names they choose. */
        String OTHER = "other";

        /**
         * A request was answered, as far as its client stayed.
         *
         * @param method the route's, {@code GET}; {@link #OTHER} if there is no such route
         * @param route {@code /v1/files/{id}}, or {@link #OTHER}
         * @param took until the last byte, so for a call until its text was whole
         */
        void answered(String method, String route, int status, Duration took);
    }

    public GatewaySettings {
        pages = List.copyOf(pages);
    }
}

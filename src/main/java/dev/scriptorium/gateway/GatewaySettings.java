package dev.scriptorium.gateway;

import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;
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
 */
public record GatewaySettings(
        Pipeline pipeline, String host, int port, Path folder, Keys keys, GatewayLimits limits, List<Page> pages) {
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

    public GatewaySettings {
        pages = List.copyOf(pages);
    }
}

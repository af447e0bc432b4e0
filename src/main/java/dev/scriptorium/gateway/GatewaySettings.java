package dev.scriptorium.gateway;

import dev.scriptorium.pipeline.Pipeline;
import java.nio.file.Path;

/**
 * What a gateway is told.
 *
 * @param pipeline in front of which it stands, with bootstrap.servers
 * @param host to listen on
 * @param port to listen on; 0 for any free one
 * @param folder where the bytes of files lie
 * @param keys who may ask
 */
public record GatewaySettings(Pipeline pipeline, String host, int port, Path folder, Keys keys, GatewayLimits limits) {}

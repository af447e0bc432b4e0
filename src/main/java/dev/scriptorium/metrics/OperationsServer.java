package dev.scriptorium.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves {@code /metrics}, {@code /health/live} and {@code /health/ready} on a port of their own. There are no keys:
 * what is said here names no tenant, no request and no text.
 */
public final class OperationsServer implements AutoCloseable {
    public static final String METRICS = "/metrics";
    public static final String LIVE = "/health/live";
    public static final String READY = "/health/ready";

    private static final Logger LOG = LoggerFactory.getLogger(OperationsServer.class);
    private static final String JSON = "application/json";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Meters meters;
    private final Health health;

    /** What is served. */
    private record Page(int status, String type, byte[] body) {}

    /**
     * Listens when this returns.
     *
     * @param port 0 for any
     */
    public static OperationsServer start(String host, int port, Meters meters, Health health) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName(host), port), 0);
        return new OperationsServer(server, meters, health);
    }

    private OperationsServer(HttpServer server, Meters meters, Health health) {
        this.server = server;
        this.meters = meters;
        this.health = health;
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    /** {@code http://host:port}. */
    public String address() {
        InetSocketAddress bound = server.getAddress();
        return "http://" + bound.getAddress().getHostAddress() + ":" + bound.getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) {
        try (exchange) {
            Page page = pageOf(exchange);
            exchange.getResponseHeaders().set("Content-Type", page.type());
            boolean isHead = exchange.getRequestMethod().equals("HEAD");
            exchange.sendResponseHeaders(page.status(), isHead ? -1 : page.body().length);
            if (!isHead) {
                try (OutputStream out = exchange.getResponseBody()) {
                    out.write(page.body());
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.debug("{} could not be served", exchange.getRequestURI().getPath(), e);
        }
    }

    private Page pageOf(HttpExchange exchange) {
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            return text(405, "only GET and HEAD\n");
        }
        return switch (exchange.getRequestURI().getPath()) {
            case METRICS -> {
                String accept = exchange.getRequestHeaders().getFirst("Accept");
                yield new Page(200, Meters.contentType(accept), utf8(meters.scrape(accept)));
            }
            case LIVE -> json(health.live());
            case READY -> json(health.ready());
            default -> text(404, "here are " + METRICS + ", " + LIVE + " and " + READY + "\n");
        };
    }

    private static Page json(Health.Report report) {
        return new Page(report.status(), JSON, report.body());
    }

    private static Page text(int status, String words) {
        return new Page(status, "text/plain; charset=utf-8", utf8(words));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

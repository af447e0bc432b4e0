package dev.scriptorium.checkpoint.hub;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** A hub on this machine, in the shape of Hugging Face's, that misbehaves as a test asks. */
final class FakeHub implements AutoCloseable {
    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** What goes wrong with one answer, in the order of the list. */
    enum Fault {
        NONE,
        CUT_OFF,
        WRONG_BYTES,
        IGNORES_RANGE,
        SERVER_ERROR,
        TOO_LONG
    }

    final Map<String, byte[]> files = new TreeMap<>();
    final ConcurrentLinkedQueue<Fault> faults = new ConcurrentLinkedQueue<>();
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private String redirectsTo = "";
    private String neededToken = "";

    FakeHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /** Files are elsewhere from now on, as large ones are at Hugging Face. */
    void redirectTo(URI other) {
        redirectsTo = other.toString();
    }

    void require(String token) {
        neededToken = token;
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().toString();
        String token = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        String range = exchange.getRequestHeaders().getFirst("Range");
        requests.add(path + (range == null ? "" : " " + range) + " " + token);
        if (!neededToken.isEmpty() && !token.equals("Bearer " + neededToken)) {
            exchange.sendResponseHeaders(401, -1);
        } else if (path.equals("/api/models/owner/tiny/revision/main?blobs=true")) {
            byte[] body = listing().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        } else if (!redirectsTo.isEmpty()) {
            exchange.getResponseHeaders().set("Location", redirectsTo + path);
            exchange.sendResponseHeaders(302, -1);
        } else {
            String prefix = "/owner/tiny/resolve/" + COMMIT + "/";
            byte[] content = path.startsWith(prefix) ? files.get(path.substring(prefix.length())) : null;
            if (content == null) {
                exchange.sendResponseHeaders(404, -1);
            } else {
                send(exchange, content, range);
            }
        }
        exchange.close();
    }

    private void send(HttpExchange exchange, byte[] content, @Nullable String range) throws IOException {
        Fault fault = faults.isEmpty() ? Fault.NONE : faults.remove();
        if (fault == Fault.SERVER_ERROR) {
            exchange.sendResponseHeaders(503, -1);
            return;
        }
        int from = range == null || fault == Fault.IGNORES_RANGE
                ? 0
                : Integer.parseInt(range.substring("bytes=".length(), range.length() - 1));
        byte[] body = Arrays.copyOfRange(content, from, content.length);
        if (fault == Fault.WRONG_BYTES) {
            body[body.length / 2] ^= 1;
        }
        if (fault == Fault.TOO_LONG) {
            body = Arrays.copyOf(body, body.length + 1);
        }
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, body.length);
        exchange.getResponseBody().write(body, 0, fault == Fault.CUT_OFF ? body.length / 2 : body.length);
        exchange.getResponseBody().flush();
    }

    /** Files of more than 100 bytes count as large ones, which have a SHA-256. */
    private String listing() {
        ObjectNode root = json.createObjectNode().put("sha", COMMIT);
        files.forEach((name, content) -> {
            ObjectNode file = root.withArray("siblings")
                    .addObject()
                    .put("rfilename", name)
                    .put("size", content.length);
            if (content.length > 100) {
                file.putObject("lfs").put("sha256", hex("SHA-256", content)).put("size", content.length);
            } else {
                byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
                byte[] blob = Arrays.copyOf(head, head.length + content.length);
                System.arraycopy(content, 0, blob, head.length, content.length);
                file.put("blobId", hex("SHA-1", blob));
            }
        });
        return root.toString();
    }

    private static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package dev.scriptorium.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * As much of a registry as serializers and readers ask for, over real HTTP: Confluent's API under
 * {@code /apis/ccompat/v7}, as Apicurio serves it, and Apicurio's own under {@code /apis/registry/v3}. Both know the
 * same ids, as Apicurio's do.
 */
public final class FakeRegistry implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CONFLUENT_ID = Pattern.compile("/apis/ccompat/v7/schemas/ids/(\\d+)");
    private static final Pattern CONFLUENT_VERSION =
            Pattern.compile("/apis/ccompat/v7/subjects/([^/]+)/versions/(\\d+|latest)");
    private static final Pattern CONFLUENT_SUBJECT = Pattern.compile("/apis/ccompat/v7/subjects/([^/]+)(/versions)?");
    private static final Pattern APICURIO_CONTENT =
            Pattern.compile("/apis/registry/v3/ids/(?:contentIds|globalIds)/(\\d+)(/references)?");
    private static final Pattern APICURIO_ARTIFACTS = Pattern.compile("/apis/registry/v3/groups/[^/]+/artifacts");

    private final HttpServer server;
    private final List<ObjectNode> schemas = new CopyOnWriteArrayList<>();
    private final Map<String, Integer> subjects = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile int statusOfEverything;

    private FakeRegistry(HttpServer server) {
        this.server = server;
    }

    public static FakeRegistry start() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        FakeRegistry registry = new FakeRegistry(server);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", registry::answer);
        server.start();
        return registry;
    }

    public URI url() {
        return root("/apis/ccompat/v7");
    }

    public URI apicurioUrl() {
        return root("/apis/registry/v3");
    }

    /** Its id; the first is 1. */
    public int add(String type, String schema) {
        return add("subject-" + schemas.size(), type, schema, List.of());
    }

    /** @param references name and subject of each; the version is 1 */
    public synchronized int add(String subject, String type, String schema, List<List<String>> references) {
        ObjectNode node = JSON.createObjectNode().put("schema", schema);
        if (!type.equals("AVRO")) {
            // Confluent's own leaves it out for Avro.
            node.put("schemaType", type);
        }
        if (!references.isEmpty()) {
            ArrayNode all = node.putArray("references");
            references.forEach(each -> all.addObject()
                    .put("name", each.get(0))
                    .put("subject", each.get(1))
                    .put("version", 1));
        }
        schemas.add(node);
        subjects.put(subject, schemas.size());
        return schemas.size();
    }

    /** From now on all requests get this status; 0 is for the right answers. */
    public void failWith(int status) {
        statusOfEverything = status;
    }

    /** Method and path of all requests so far. */
    public List<String> asked() {
        return new ArrayList<>(asked);
    }

    private URI root(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        asked.add(exchange.getRequestMethod() + " " + path);
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (statusOfEverything != 0) {
            send(exchange, statusOfEverything, "the registry is out of order");
            return;
        }
        Matcher byId = CONFLUENT_ID.matcher(path);
        Matcher byVersion = CONFLUENT_VERSION.matcher(path);
        Matcher bySubject = CONFLUENT_SUBJECT.matcher(path);
        Matcher byContent = APICURIO_CONTENT.matcher(path);
        if (byId.matches()) {
            int id = Integer.parseInt(byId.group(1));
            if (id < 1 || id > schemas.size()) {
                send(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema " + id + " not found\"}");
            } else {
                send(exchange, 200, schemas.get(id - 1).toString());
            }
        } else if (byVersion.matches()) {
            Integer id = subjects.get(byVersion.group(1));
            if (id == null) {
                send(exchange, 404, "{\"error_code\":40401,\"message\":\"Subject not found\"}");
            } else {
                send(exchange, 200, schemas.get(id - 1).toString());
            }
        } else if (bySubject.matches()) {
            tell(exchange, bySubject.group(1), bySubject.group(2) != null, JSON.readTree(body));
        } else if (byContent.matches()) {
            int id = Integer.parseInt(byContent.group(1));
            send(
                    exchange,
                    200,
                    byContent.group(2) == null
                            ? schemas.get(id - 1).path("schema").asText()
                            : "[]");
        } else if (APICURIO_ARTIFACTS.matcher(path).matches()) {
            register(exchange, JSON.readTree(body));
        } else {
            send(exchange, 404, "nothing is served here");
        }
    }

    /** The id of a schema under a subject, which is added or must be there. */
    private void tell(HttpExchange exchange, String subject, boolean add, JsonNode question) throws IOException {
        String schema = question.path("schema").asText();
        Integer known = subjects.get(subject);
        boolean same =
                known != null && schemas.get(known - 1).path("schema").asText().equals(schema);
        if (same) {
            send(exchange, 200, "{\"id\":" + known + "}");
        } else if (known != null) {
            send(exchange, 409, "{\"error_code\":409,\"message\":\"Schema being registered is incompatible\"}");
        } else if (add) {
            send(exchange, 200, "{\"id\":" + add(subject, "AVRO", schema, List.of()) + "}");
        } else {
            send(exchange, 404, "{\"error_code\":40401,\"message\":\"Subject '" + subject + "' not found.\"}");
        }
    }

    private void register(HttpExchange exchange, JsonNode artifact) throws IOException {
        String name = artifact.path("artifactId").asText();
        JsonNode content = artifact.path("firstVersion").path("content");
        List<List<String>> references = new ArrayList<>();
        content.path("references")
                .forEach(each -> references.add(List.of(
                        each.path("name").asText(), each.path("artifactId").asText())));
        String schema = content.path("content").asText();
        int id = subjects.containsKey(name) ? subjects.get(name) : add(name, "AVRO", schema, references);
        ObjectNode created = JSON.createObjectNode();
        created.putObject("artifact")
                .put("artifactId", name)
                .put("groupId", "default")
                .put("artifactType", "AVRO");
        created.putObject("version")
                .put("version", "1")
                .put("artifactId", name)
                .put("groupId", "default")
                .put("artifactType", "AVRO")
                .put("globalId", id)
                .put("contentId", id);
        send(exchange, 200, created.toString());
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

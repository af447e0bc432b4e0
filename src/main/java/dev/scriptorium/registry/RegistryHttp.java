package dev.scriptorium.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** One request to the registry, bounded in time and bytes. */
final class RegistryHttp implements AutoCloseable {
    private static final int RESPONSE_BYTES_MAX = 4 << 20;
    private static final int NOT_FOUND = 404;
    private static final int OK = 200;
    /** A time that is up, and too many requests. */
    private static final Set<Integer> MAY_PASS = Set.of(408, 429);

    private final RegistrySettings settings;
    private final HttpClient client;
    private final ObjectMapper mapper = new ObjectMapper();

    RegistryHttp(RegistrySettings settings) {
        this.settings = settings;
        this.client =
                HttpClient.newBuilder().connectTimeout(settings.attemptMax()).build();
    }

    /** The registry cannot be asked at present; the message is a clause that says why. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** The registry has answered, and asking again will not change it; the message is a clause that says what. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message);
        }
    }

    /**
     * The body of the answer; null if the registry itself says that it has no such thing.
     *
     * @param path below the API's root, with its first slash
     * @throws UnavailableException for everything else: no connection, no answer in time, any other status
     */
    @Nullable
    JsonNode get(String path) throws UnavailableException, InterruptedException {
        HttpResponse<byte[]> response = send(request(path).GET().build());
        JsonNode body = body(response);
        if (response.statusCode() == OK && body != null && body.isObject()) {
            return body;
        }
        // A proxy or a wrong path says 404 too, but only a registry says which thing is missing.
        if (response.statusCode() == NOT_FOUND
                && body != null
                && body.path("error_code").asText().startsWith("404")) {
            return null;
        }
        String hint =
                response.statusCode() == NOT_FOUND ? " without Confluent's error_code; is registry.url right?" : "";
        throw new UnavailableException("answers " + response.statusCode() + hint, null);
    }

    /**
     * The body of the answer.
     *
     * @param path below the API's root, with its first slash
     * @throws RefusedException if the registry says no
     * @throws UnavailableException if it cannot be asked at present
     */
    JsonNode post(String path, JsonNode question) throws RefusedException, UnavailableException, InterruptedException {
        HttpResponse<byte[]> response = send(request(path)
                .header("Content-Type", "application/vnd.schemaregistry.v1+json")
                .POST(BodyPublishers.ofString(question.toString()))
                .build());
        JsonNode body = body(response);
        int status = response.statusCode();
        if (status == OK && body != null && body.isObject()) {
            return body;
        }
        String said = body == null ? "" : body.path("message").asText();
        String answer = "answers " + status + (said.isEmpty() ? "" : " (" + said + ")");
        if (status / 100 == 4 && !MAY_PASS.contains(status)) {
            throw new RefusedException(answer);
        }
        throw new UnavailableException(answer, null);
    }

    static String escaped(String pathPart) {
        return URLEncoder.encode(pathPart, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private HttpRequest.Builder request(String path) {
        String root = settings.url().toString();
        String slashless = root.endsWith("/") ? root.substring(0, root.length() - 1) : root;
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(slashless + path))
                .timeout(settings.attemptMax())
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        if (settings.user() != null) {
            String pair = settings.user() + ":" + (settings.password() == null ? "" : settings.password());
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
        }
        return request;
    }

    private HttpResponse<byte[]> send(HttpRequest request) throws UnavailableException, InterruptedException {
        // The client's own timeout ends with the headers; a body that never ends must end too.
        CompletableFuture<HttpResponse<byte[]>> sent =
                client.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), RESPONSE_BYTES_MAX));
        try {
            return sent.get(settings.attemptMax().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new UnavailableException(
                    "does not answer within " + settings.attemptMax().toMillis() + " ms", e);
        } catch (ExecutionException e) {
            throw new UnavailableException("cannot be asked: " + e.getCause(), e);
        } finally {
            sent.cancel(true);
        }
    }

    private @Nullable JsonNode body(HttpResponse<byte[]> response) {
        try {
            return mapper.readTree(response.body());
        } catch (IOException e) {
            return null;
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
        client.close();
    }
}

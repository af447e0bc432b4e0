package dev.scriptorium.checkpoint.hub;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** HTTP with one hub: follows redirects by itself, so that the token goes to the hub and nowhere else. */
final class HubConnection {
    private static final int REDIRECTS_MAX = 5;
    private static final int CONNECT_MILLIS_MAX = 20_000;
    private static final int SILENCE_MILLIS_MAX = 60_000;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final Set<String> THIS_MACHINE = Set.of("localhost", "127.0.0.1", "[::1]");

    private final URI endpoint;
    private final @Nullable String token;

    HubConnection(URI endpoint, @Nullable String token) {
        requireEncrypted(endpoint);
        this.endpoint = endpoint;
        this.token = token;
    }

    URI endpoint() {
        return endpoint;
    }

    /**
     * The answer to a GET, whatever its status, past all redirects.
     *
     * @param path below the endpoint, with its first slash
     * @param from first byte that is wanted
     * @throws IOException if the connection fails
     */
    HttpURLConnection get(String path, long from) throws IOException {
        URI uri = URI.create(endpoint + path);
        for (int redirect = 0; redirect <= REDIRECTS_MAX; redirect++) {
            HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
            connection.setInstanceFollowRedirects(false);
            connection.setConnectTimeout(CONNECT_MILLIS_MAX);
            connection.setReadTimeout(SILENCE_MILLIS_MAX);
            connection.setUseCaches(false);
            connection.setRequestProperty("User-Agent", "scriptorium");
            connection.setRequestProperty("Accept-Encoding", "identity");
            if (token != null && isEndpoint(uri)) {
                connection.setRequestProperty("Authorization", "Bearer " + token);
            }
            if (from > 0) {
                connection.setRequestProperty("Range", "bytes=" + from + "-");
            }
            if (!REDIRECTS.contains(connection.getResponseCode())) {
                return connection;
            }
            String location = connection.getHeaderField("Location");
            connection.disconnect();
            if (location == null) {
                throw new HubException(uri + " redirects without saying where");
            }
            uri = resolved(uri, location);
            requireEncrypted(uri);
        }
        throw new HubException(endpoint + path + " redirects more than " + REDIRECTS_MAX + " times");
    }

    private static URI resolved(URI from, String location) {
        try {
            return from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubException(from + " redirects to '" + location + "', which is no address", e);
        }
    }

    private boolean isEndpoint(URI uri) {
        return endpoint.getScheme().equals(uri.getScheme())
                && endpoint.getAuthority().equals(uri.getAuthority());
    }

    private static void requireEncrypted(URI uri) {
        boolean here = uri.getHost() != null && THIS_MACHINE.contains(uri.getHost());
        if (!"https".equals(uri.getScheme()) && !("http".equals(uri.getScheme()) && here)) {
            throw new HubException("the hub's address '" + uri + "' must start with https:// (plain http:// is for"
                    + " this machine alone)");
        }
    }
}

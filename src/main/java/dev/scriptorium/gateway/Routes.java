package dev.scriptorium.gateway;

import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Which handler answers a method and a path. Filled before the first request comes, and only read after that. */
final class Routes {
    private final List<Route> all = new ArrayList<>();

    /** What answers. */
    interface Handler {
        void handle(Call call) throws IOException;
    }

    /**
     * @param name its path with a word for what is left open
     * @param needsKey whether somebody without one is turned away
     */
    record Route(String method, String name, Pattern path, boolean needsKey, Handler handler) {}

    /** @param parts of the path that the route leaves open, decoded */
    record Match(Route route, List<String> parts) {}

    /** @param path a regular expression for the whole path, with at most one group */
    void add(String method, String path, boolean needsKey, Handler handler) {
        String name = path.replaceFirst("\\(.*?\\)", "{id}");
        all.add(new Route(method, name, Pattern.compile(path), needsKey, handler));
    }

    /**
     * Null if nothing answers.
     *
     * @param path as it was sent, with its escapes
     */
    @Nullable
    Match find(String method, String path) {
        for (Route route : all) {
            Matcher matcher = route.path().matcher(path);
            if (route.method().equals(method) && matcher.matches()) {
                List<String> parts = new ArrayList<>();
                for (int i = 1; i <= matcher.groupCount(); i++) {
                    parts.add(URLDecoder.decode(matcher.group(i), StandardCharsets.UTF_8));
                }
                return new Match(route, parts);
            }
        }
        return null;
    }

    /** Whether the path is there, with whatever method. */
    boolean isKnown(String path) {
        return all.stream().anyMatch(route -> route.path().matcher(path).matches());
    }
}

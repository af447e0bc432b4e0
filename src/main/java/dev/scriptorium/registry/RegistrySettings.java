package dev.scriptorium.registry;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where the registry is and how patiently it is asked.
 *
 * @param url the API's root, as serializers take it: {@code http://registry:8080/apis/ccompat/v7}
 * @param user for basic authentication; null for none
 * @param attemptMax how long one attempt may take
 * @param pause between a failed attempt and the next; doubled up to thirty times as much
 */
public record RegistrySettings(
        URI url, @Nullable String user, @Nullable String password, Duration attemptMax, Duration pause) {
    /** The usual times. */
    public RegistrySettings(URI url, @Nullable String user, @Nullable String password) {
        this(url, user, password, Duration.ofSeconds(10), Duration.ofSeconds(1));
    }
}

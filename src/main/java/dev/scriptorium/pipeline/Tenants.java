package dev.scriptorium.pipeline;

import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import java.util.Map;

/**
 * How much of each tenant's work may be in flight: admitted and not answered.
 *
 * @param quotas by tenant; {@value #EVERYBODY_ELSE} stands for each tenant that is not named
 */
public record Tenants(Map<String, Quota> quotas) {
    /** Nobody is limited. */
    public static final Tenants UNLIMITED = new Tenants(Map.of());

    /** The name that stands for those who have none of their own. */
    public static final String EVERYBODY_ELSE = "*";

    /** What a request counts for that says no length, and whose model's sampling says none. */
    public static final int TOKENS_UNSAID = 4096;

    public Tenants {
        quotas = Map.copyOf(quotas);
    }

    /**
     * What one tenant may have in flight.
     *
     * @param requestsMax {@link Long#MAX_VALUE} for as many as it likes
     * @param tokensMax of the longest possible outputs; {@link Long#MAX_VALUE} for as many as it likes
     */
    public record Quota(long requestsMax, long tokensMax) {
        public static final Quota NONE = new Quota(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    public Quota of(String tenant) {
        Quota own = quotas.get(tenant);
        return own != null ? own : quotas.getOrDefault(EVERYBODY_ELSE, Quota.NONE);
    }

    /** Whether anything of this tenant has to be counted. */
    public boolean limits(String tenant) {
        return !of(tenant).equals(Quota.NONE);
    }

    /** What a prompt counts for: the longest output that it may have, as far as the pipeline can tell. */
    static long tokensOf(Prompt prompt, Sampling fallback) {
        Sampling sampling = prompt.sampling().orElse(fallback);
        if (sampling.maxTokens() != null) {
            return sampling.maxTokens();
        }
        return sampling.maxLength() != null ? sampling.maxLength() : TOKENS_UNSAID;
    }
}

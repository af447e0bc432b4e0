package dev.scriptorium.event;

import java.time.Instant;

/**
 * Somebody does not want answers any more.
 *
 * @param target whose
 * @param reason for people, up to 512 characters; may be empty
 * @param at when it was said. A job or a tenant is cancelled up to here: what is sent later is new work. An id is
 *     cancelled for good, also if its prompt comes after this
 */
public record Cancellation(Target target, String reason, Instant at) {
    public static final int REASON_CHARACTERS_MAX = 512;

    /** Whose requests are meant. */
    public sealed interface Target {
        /** One request. */
        record OfRequest(RequestId request) implements Target {}

        /** All of a job that were sent so far. */
        record OfJob(String job) implements Target {
            public OfJob {
                // A job's name follows the rules that it has as a part of an id.
                job = new RequestId(job, "any").job();
            }
        }

        /** All of a tenant that were sent so far. */
        record OfTenant(String tenant) implements Target {
            public OfTenant {
                if (tenant.isEmpty() || tenant.length() > Prompt.TENANT_CHARACTERS_MAX) {
                    throw new InvalidFieldException("tenant", tenant, "must be 1 to 128 characters");
                }
            }
        }

        /** As messages and stores call it; no two targets are called alike. */
        default String key() {
            return switch (this) {
                case OfRequest(RequestId request) -> "request:" + request.key();
                case OfJob(String job) -> "job:" + job;
                case OfTenant(String tenant) -> "tenant:" + tenant;
            };
        }
    }

    public Cancellation {
        if (reason.length() > REASON_CHARACTERS_MAX) {
            throw new InvalidFieldException("reason", reason, "must be at most 512 characters");
        }
    }

    /** Whether it is about this request of that tenant, whatever the times. */
    public boolean isAbout(RequestId request, String tenant) {
        return switch (target) {
            case Target.OfRequest(RequestId id) -> id.equals(request);
            case Target.OfJob(String job) -> job.equals(request.job());
            case Target.OfTenant(String name) -> name.equals(tenant);
        };
    }

    /**
     * Whether it ends a request.
     *
     * @param sentAt when the request was sent
     */
    public boolean ends(RequestId request, String tenant, Instant sentAt) {
        return isAbout(request, tenant) && (target instanceof Target.OfRequest || !sentAt.isAfter(at));
    }

    /** A sentence for the one whose request it was. */
    public String sentence() {
        String who = switch (target) {
            case Target.OfRequest _ -> "the request";
            case Target.OfJob(String job) -> "job '" + job + "'";
            case Target.OfTenant(String tenant) -> "everything of tenant '" + tenant + "'";
        };
        return who + " was cancelled at " + at + (reason.isEmpty() ? "" : ": " + reason);
    }
}

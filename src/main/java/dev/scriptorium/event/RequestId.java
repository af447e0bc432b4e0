package dev.scriptorium.event;

/**
 * Who a request is: a job and an id that is unique within it, because users number their lines from one in every file.
 *
 * @param job the bulk job, 1 to 128 of {@code A-Z a-z 0-9 . _ -}; {@code default} where the user named none
 * @param id the user's own id ({@code custom_id} in OpenAI's batch lines), 1 to 256 characters, no control characters
 */
public record RequestId(String job, String id) {
    public static final String DEFAULT_JOB = "default";
    public static final int JOB_CHARACTERS_MAX = 128;
    public static final int ID_CHARACTERS_MAX = 256;

    public RequestId {
        if (!isJob(job)) {
            throw new InvalidFieldException(
                    "job", job, "must be 1 to 128 letters, digits, dots, dashes or underscores");
        }
        if (id.isEmpty() || id.length() > ID_CHARACTERS_MAX || hasControl(id)) {
            throw new InvalidFieldException("id", id, "must be 1 to 256 characters, none of them a control character");
        }
    }

    // Loops, because every event of the pipeline has an id.

    private static boolean isJob(String job) {
        if (job.isEmpty() || job.length() > JOB_CHARACTERS_MAX) {
            return false;
        }
        for (int i = 0; i < job.length(); i++) {
            char c = job.charAt(i);
            boolean isLetter = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z';
            if (!isLetter && !(c >= '0' && c <= '9') && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean hasControl(String id) {
        for (int i = 0; i < id.length(); i++) {
            if (Character.isISOControl(id.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /**
     * The key under which the pipeline groups all that belongs to this request; a job has no slash, so it is unique.
     */
    public String key() {
        return job + "/" + id;
    }
}

package dev.scriptorium.event;

import java.util.regex.Pattern;

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

    private static final Pattern JOB = Pattern.compile("[A-Za-z0-9._-]{1," + JOB_CHARACTERS_MAX + "}");

    public RequestId {
        if (!JOB.matcher(job).matches()) {
            throw new InvalidFieldException(
                    "job", job, "must be 1 to 128 letters, digits, dots, dashes or underscores");
        }
        if (id.isEmpty() || id.length() > ID_CHARACTERS_MAX || id.chars().anyMatch(Character::isISOControl)) {
            throw new InvalidFieldException("id", id, "must be 1 to 256 characters, none of them a control character");
        }
    }

    /**
     * The key under which the pipeline groups all that belongs to this request; a job has no slash, so it is unique.
     */
    public String key() {
        return job + "/" + id;
    }
}

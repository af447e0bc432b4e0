package dev.scriptorium.checkpoint.hub;

import java.util.regex.Pattern;

/**
 * A model on the hub.
 *
 * @param owner user or organization
 * @param name of the model
 * @param revision branch, tag or commit
 */
public record HubRepository(String owner, String name, String revision) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,95}");
    private static final String DEFAULT_REVISION = "main";

    public HubRepository {
        require("owner", owner);
        require("name", name);
        require("revision", revision);
    }

    /** Reads {@code owner/name} or {@code owner/name@revision}. */
    public static HubRepository parse(String text) {
        int at = text.indexOf('@');
        String repository = at < 0 ? text : text.substring(0, at);
        int slash = repository.indexOf('/');
        if (slash < 0) {
            throw new HubException("'" + text + "' is no model of a hub; it is written owner/name or"
                    + " owner/name@revision, for example HuggingFaceTB/cosmo-1b");
        }
        return new HubRepository(
                repository.substring(0, slash),
                repository.substring(slash + 1),
                at < 0 ? DEFAULT_REVISION : text.substring(at + 1));
    }

    private static void require(String what, String value) {
        if (!NAME.matcher(value).matches() || value.contains("..")) {
            throw new HubException(
                    "the " + what + " '" + value + "' of a model must have 1 to 96 letters, digits, dots,"
                            + " hyphens or underlines, and start with a letter or digit");
        }
    }

    String path() {
        return owner + "/" + name;
    }

    @Override
    public String toString() {
        return path() + "@" + revision;
    }
}

package dev.scriptorium.topology.recipe;

import java.util.HexFormat;

/** The keys of the stores. A job has neither a slash nor an at sign, so none is the beginning of another's. */
final class Keys {
    private Keys() {}

    static String progress(String job) {
        return "progress/" + job;
    }

    static String recipe(String job) {
        return "recipe/" + job;
    }

    /** There as long as something is to be done for the job. */
    static String active(String job) {
        return ACTIVE + job;
    }

    static final String ACTIVE = "active/";

    static String seeds(String job) {
        return "seed/" + job + "/";
    }

    static String benchmarks(String job) {
        return "benchmark/" + job + "/";
    }

    static String number(String prefix, long number) {
        return prefix + HexFormat.of().toHexDigits(number);
    }

    static String pending(String job) {
        return job + "/";
    }

    static String putOff(String job, long slot) {
        return number(job + "@", slot) + "/";
    }

    static String exact(String job) {
        return job + "/exact/";
    }

    static String band(String job) {
        return job + "/band/";
    }

    static String fingerprint(String job) {
        return job + "/text/";
    }

    /** The first key after all that begin so. */
    static String after(String prefix) {
        return prefix.substring(0, prefix.length() - 1) + (char) (prefix.charAt(prefix.length() - 1) + 1);
    }
}

package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Lane;

/** The names of all steps, edges, stores and internal topics: what the picture shows and tests ask for. */
final class Names {
    /** Steps. */
    static final String PROMPTS = "prompts";

    static final String DECODE = "decode";
    static final String ADMIT = "admit";
    static final String OUTCOMES = "outcomes";
    static final String SETTLE = "settle";
    /** Where admit and settle both send what changed in a job. */
    static final String TALLY = "tally";

    static final String TOTAL = "total";
    static final String TELL = "tell";

    /** Ways out of decode. */
    static final String UNREADABLE = "unreadable";

    static final String BY_ID = "by-id";

    /** How Kafka Streams calls the step in front of an internal topic that we name; the golden picture keeps it so. */
    static final String INTO = "-repartition-filter";

    /** Ways out of admit, beside the lanes. */
    static final String REFUSED = "refused";

    static final String CONFLICT = "conflict";
    static final String DUPLICATE = "duplicate";

    /** Ways out of settle. */
    static final String COMPLETED = "completed";

    static final String FAILED = "failed";
    static final String STRAY = "stray";
    static final String REPEATED = "repeated";

    /** The way out of tell. */
    static final String JOBS = "jobs";

    static final String BY_JOB = "by-job";

    /** Stores. */
    static final String REQUESTS_STORE = "requests";

    static final String TALLIES_STORE = "tallies";

    private Names() {}

    static String lane(Lane lane) {
        return "lane-" + lane.name();
    }
}

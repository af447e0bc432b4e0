package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Lane;

/** The names of all steps, edges, stores and internal topics: what the picture shows and tests ask for. */
final class Names {
    /** Steps. */
    static final String PROMPTS = "prompts";

    /** Only with a schema registry. */
    static final String UNWRAP = "unwrap";

    static final String UNREGISTERED = "unregistered";
    static final String DECODE = "decode";
    static final String CONTROL = "control";
    static final String UNDERSTAND = "understand";
    static final String QUOTAS = "quotas";
    static final String RESERVE = "reserve";
    static final String ADMIT = "admit";
    static final String CANCEL = "cancel";
    static final String OUTCOMES = "outcomes";
    static final String SETTLE = "settle";
    /** Where settle sends what changed in a job ... */
    static final String TALLY = "tally";
    /** ... and where admit and cancel do. */
    static final String TALLY_EARLY = "tally-early";

    static final String TOTAL = "total";
    static final String TELL = "tell";

    /** Ways out of decode, understand and reserve. */
    static final String UNREADABLE = "unreadable";

    /** Where prompts of tenants with a quota and those without meet again. */
    static final String ADMISSIBLE = "admissible";

    static final String BY_ID = "by-id";
    static final String CHARGE = "charge";
    static final String MISUNDERSTOOD = "misunderstood";
    /** Where tombstones and control events meet, and go to workers and router alike. */
    static final String CANCELLED = "cancelled";

    static final String BROADCAST = "broadcast";
    static final String CANCELS = "cancels";
    static final String MISPLACED = "misplaced";
    static final String COUNTED = "counted";

    /** How Kafka Streams calls the step in front of an internal topic that we name; the golden picture keeps it so. */
    static final String INTO = "-repartition-filter";

    /** Ways out of admit, beside the lanes. */
    static final String REFUSED = "refused";

    static final String CONFLICT = "conflict";
    static final String DUPLICATE = "duplicate";
    static final String GIVE_BACK = "give-back";

    /** Ways out of cancel. */
    static final String WITHDRAWN = "withdrawn";

    static final String RELEASED = "released";
    static final String NOTED = "noted";

    /** Ways out of settle, beside the lanes. */
    static final String COMPLETED = "completed";

    static final String FAILED = "failed";
    static final String STRAY = "stray";
    static final String REPEATED = "repeated";
    static final String RETRIED = "retried";
    static final String REFUND = "refund";

    /** Where settle sends what is replied to whoever asked ... */
    static final String REPLIES = "replies";
    /** ... and where admit and cancel do. */
    static final String REPLIES_EARLY = "replies-early";

    static final String REPLY = "reply";

    /** The way out of tell. */
    static final String JOBS = "jobs";

    static final String BY_JOB = "by-job";

    /** Recipes, and the step that makes rows of them. */
    static final String RECIPES = "recipes";

    static final String EXPAND = "expand";
    static final String TEMPLATES = "templates";
    static final String KEEP = "keep";

    /** Where prompts of users and those of recipes meet. */
    static final String ALL_ADMISSIBLE = "all-admissible";

    /** What admit, cancel and settle say of requests of rows, and who says that a job is cancelled. */
    static final String ROW_REFUSED = "row-refused";

    static final String ROW_WITHDRAWN = "row-withdrawn";
    static final String ROW_ANSWERED = "row-answered";
    static final String OF_JOBS = "of-jobs";
    static final String PRECEDENCE = "precedence";
    static final String JOB_CANCELLED = "job-cancelled";

    /** Ways out of expand, beside the prompts. */
    static final String ROWS = "rows";

    static final String CHARGE_ROWS = "charge-rows";

    static final String UNCLEAR = "unclear";
    static final String LEARNT = "learnt";

    /** Stores. */
    static final String REQUESTS_STORE = "requests";

    static final String ASSIGNMENTS_STORE = "assignments";
    static final String TIMERS_STORE = "timers";
    static final String CANCELLATIONS_STORE = "cancellations";
    static final String BACKLOG_STORE = "backlog";
    static final String TENANTS_STORE = "tenants";
    static final String WAITING_ROWS_STORE = "waiting-rows";
    static final String RECIPES_STORE = "recipes-store";
    static final String DRAWS_STORE = "draws";
    static final String DUPLICATES_STORE = "duplicates";
    static final String AWAITING_SCHEMA_STORE = "awaiting-schema";
    static final String TEMPLATES_STORE = "templates-store";
    static final String TALLIES_STORE = "tallies";

    private Names() {}

    /** The way of a reply to one of the topics that are allowed. */
    static String reply(String topic) {
        return "reply-" + topic;
    }

    static String lane(Lane lane) {
        return "lane-" + lane.name();
    }

    /** The way of a prompt that goes on its lane another time. */
    static String again(Lane lane) {
        return "again-" + lane.name();
    }
}

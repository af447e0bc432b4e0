package dev.scriptorium.pipeline;

import dev.scriptorium.event.Priority;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key of the pipeline file: what it is called, what may stand there, and the words of the reference.
 *
 * @param path from the top; {@code <lane>} and the like stand for names that the file chooses
 * @param kind what may stand there
 * @param fallback what holds if nothing is said, as one would write it; null if something must be said or the reader
 *     knows better
 * @param meaning a sentence for the reference
 */
public record Key<T>(String path, Kind<T> kind, @Nullable String fallback, String meaning) {
    /**
     * @param words what may stand there, as the end of "must be …"
     * @param parse throws IllegalArgumentException for anything else
     */
    public record Kind<T>(String words, Function<String, T> parse) {}

    private static final Pattern QUANTITY = Pattern.compile("([0-9]{1,12})([A-Za-z]*)");
    private static final Map<String, Long> SIZES =
            Map.of("", 1L, "B", 1L, "KiB", 1L << 10, "MiB", 1L << 20, "GiB", 1L << 30);
    private static final Map<String, Long> MILLIS =
            Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);
    private static final Pattern NAME_PATTERN = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    /** How long "forever" is in Kafka's retention.ms. */
    static final Duration FOREVER = Duration.ofMillis(-1);

    public static final Kind<String> TEXT = new Kind<>("a text that is not empty", Key::filled);
    public static final Kind<String> NAME =
            new Kind<>("1 to 249 letters, digits, dots, dashes or underscores", Key::named);
    private static final Kind<String> PREFIX = new Kind<>(
            "letters, digits, dots, dashes or underscores, or nothing at all",
            text -> text.isEmpty() ? "" : named(text));
    public static final Kind<Boolean> FLAG = new Kind<>("true or false", Key::flag);
    private static final Pattern DIGEST_PATTERN = Pattern.compile("sha256:[0-9a-f]{64}");
    private static final Kind<String> DIGEST = new Kind<>("'sha256:' and 64 hex digits", Key::digest);
    private static final List<String> WEIGHT_TYPES = List.of("f32", "f16", "bf16", "q8_0", "q4_1", "q4_0");
    private static final Kind<String> WEIGHTS =
            new Kind<>("one of: " + String.join(", ", WEIGHT_TYPES), Key::weightType);
    private static final Kind<Long> COUNT = new Kind<>("a whole number, at least 1, or 'unlimited'", Key::count);
    private static final Kind<Integer> PARTITIONS = wholeNumber(1, 1_000);
    private static final Kind<Integer> REPLICATION = new Kind<>(
            "a whole number from 1 to 100, or 'broker' for the broker's own default",
            text -> text.equals("broker")
                    ? TopicSpec.BROKER_DEFAULT
                    : wholeNumber(1, 100).parse.apply(text));
    private static final Kind<Duration> RETENTION = new Kind<>(
            "a time such as 12h or 7d, or 'forever'", text -> text.equals("forever") ? FOREVER : duration(text));
    private static final Kind<Duration> DURATION = new Kind<>("a time such as 12h or 7d", Key::duration);
    private static final Kind<Integer> BYTES =
            new Kind<>("a size such as 512KiB or 1MiB, from 1KiB to 64MiB", Key::bytes);
    private static final Kind<Topics.AnswerStyle> STYLE = oneOf(Topics.AnswerStyle.values());
    private static final Kind<Priority> PRIORITY = oneOf(Priority.values());
    private static final Kind<String> PATTERN = new Kind<>("a name, or its beginning and then '*'", Key::pattern);
    public static final Kind<Integer> INTEGER = new Kind<>("a whole number", Integer::parseInt);
    public static final Kind<Double> NUMBER = new Kind<>("a number", Double::parseDouble);

    static final Key<String> PIPELINE_NAME = new Key<>(
            "name",
            NAME,
            "scriptorium",
            "The Kafka Streams application id, and the beginning of every consumer group's name.");
    static final Key<String> TOPIC_PREFIX =
            new Key<>("topics.prefix", PREFIX, "", "Stands before every topic's name, the lanes' included.");
    static final Key<Integer> ALL_REPLICATION = new Key<>(
            "topics.replication",
            REPLICATION,
            "broker",
            "Copies of each partition of every topic that does not say otherwise.");
    static final Key<String> TOPIC_NAME =
            new Key<>("topics.<topic>.name", NAME, null, "The topic's name, by default its key here.");
    static final Key<Integer> TOPIC_PARTITIONS = new Key<>(
            "topics.<topic>.partitions", PARTITIONS, null, "Partitions; defaults are in the table of topics.");
    static final Key<Integer> TOPIC_REPLICATION = new Key<>(
            "topics.<topic>.replication",
            REPLICATION,
            null,
            "Copies of each partition, by default topics.replication.");
    static final Key<Duration> TOPIC_RETENTION = new Key<>(
            "topics.<topic>.retention",
            RETENTION,
            null,
            "How long the broker keeps records; defaults are in the table of topics.");
    static final Key<Topics.AnswerStyle> TOPIC_FORMAT = new Key<>(
            "topics.<topic>.format",
            STYLE,
            "as-prompt",
            "How answers are written: only for completions, rejections and jobs, and jobs are json or avro.");
    static final Key<String> MODEL_PATH = new Key<>(
            "models.<model>.path",
            TEXT,
            null,
            "A Hugging Face folder or a GGUF file: absolute, or relative to the pipeline file's folder, or else to the"
                    + " program's own folder. Or dummy, or dummy: with parameters, for a model that only pretends to"
                    + " compute (docs/testing.md). Required.");
    static final Key<Boolean> MODEL_DEFAULT = new Key<>(
            "models.<model>.default",
            FLAG,
            "false",
            "Whether prompts that name no model get this one; exactly one is, and a model alone is without saying so.");
    static final Key<String> MODEL_WEIGHTS = new Key<>(
            "models.<model>.weights",
            WEIGHTS,
            null,
            "Convert the matrices to this type while loading, as --weights of a worker does, which goes before this"
                    + " key; another model with another digest. By default they stay as they are in the file.");
    static final Key<String> MODEL_DIGEST = new Key<>(
            "models.<model>.digest",
            DIGEST,
            null,
            "The digest of its weights, tokenizer and template, as completions tell it (weights_digest). A worker that"
                    + " loaded anything else is refused its lanes. Without it, workers are not compared.");
    static final Key<Integer> MAX_TOKENS = sampling("max_tokens", INTEGER, "Most tokens to generate.");
    static final Key<Integer> MAX_LENGTH =
            sampling("max_length", INTEGER, "Most tokens of prompt and output together.");
    static final Key<Double> TEMPERATURE =
            sampling("temperature", NUMBER, "0 to 2; 0 always takes the likeliest token.");
    static final Key<Integer> TOP_K = sampling("top_k", INTEGER, "Keep the k likeliest tokens; 0 keeps all.");
    static final Key<Double> TOP_P = sampling("top_p", NUMBER, "Keep the likeliest tokens that make up this share.");
    static final Key<Double> MIN_P = sampling("min_p", NUMBER, "Drop tokens below this share of the likeliest one's.");
    static final Key<Double> REPETITION_PENALTY =
            sampling("repetition_penalty", NUMBER, "Above 0 and up to 10; 1 is none.");
    static final Key<Double> FREQUENCY_PENALTY =
            sampling("frequency_penalty", NUMBER, "-2 to 2, for each time in the output.");
    static final Key<Double> PRESENCE_PENALTY = sampling("presence_penalty", NUMBER, "-2 to 2, once in the output.");
    static final Key<Long> SEED = sampling(
            "seed",
            new Kind<>("a whole number", Long::parseLong),
            "Of the random numbers; by default a hash of job and id.");
    static final Key<String> STOP = sampling("stop", TEXT, "Up to 16 texts before which a completion ends.");
    static final Key<String> LANE_MODEL =
            new Key<>("lanes.<lane>.model", TEXT, null, "The model that serves it, by default the default model.");
    static final Key<Priority> LANE_CLASS = new Key<>(
            "lanes.<lane>.class", PRIORITY, "bulk", "The class of service: interactive lanes go before bulk lanes.");
    static final Key<Integer> LANE_SHARE = new Key<>(
            "lanes.<lane>.share_percent",
            wholeNumber(1, 100),
            "20",
            "Only for bulk lanes: the part of a worker's room that they keep while interactive prompts wait.");
    static final Key<Integer> LANE_SPILL_AFTER = new Key<>(
            "lanes.<lane>.spill_after",
            wholeNumber(1, 1_000_000),
            "16",
            "How many waiting prompts that begin alike are kept together on one worker, which has computed their"
                    + " beginning already, before others take some too.");
    static final Key<String> LANE_TOPIC =
            new Key<>("lanes.<lane>.topic", NAME, null, "The topic's name, by default 'lanes.' and the lane's name.");
    static final Key<Integer> LANE_PARTITIONS =
            new Key<>("lanes.<lane>.partitions", PARTITIONS, "32", "No more workers than this can share the lane.");
    static final Key<Integer> LANE_REPLICATION = new Key<>(
            "lanes.<lane>.replication", REPLICATION, null, "Copies of each partition, by default topics.replication.");
    static final Key<Duration> LANE_RETENTION = new Key<>(
            "lanes.<lane>.retention",
            RETENTION,
            "7d",
            "How long a prompt may wait; what no worker has answered by then is rejected.");
    static final Key<String> ROUTE_NAME =
            new Key<>("routes.<route>.name", NAME, null, "For messages and the picture. Required.");
    static final Key<Priority> WHEN_PRIORITY =
            new Key<>("routes.<route>.when.priority", PRIORITY, null, "One or a list of: interactive, bulk.");
    static final Key<String> WHEN_MODEL =
            new Key<>("routes.<route>.when.model", TEXT, null, "A name or a list of names.");
    static final Key<String> WHEN_TENANT =
            new Key<>("routes.<route>.when.tenant", PATTERN, null, "A name or a list of names; a name may end in '*'.");
    static final Key<String> WHEN_JOB =
            new Key<>("routes.<route>.when.job", PATTERN, null, "A name or a list of names; a name may end in '*'.");
    static final Key<String> ROUTE_TO = new Key<>("routes.<route>.to", TEXT, null, "The lane. Required.");
    static final Key<Integer> RECORD_BYTES = new Key<>(
            "limits.record_bytes_max",
            BYTES,
            "1MiB",
            "The longest prompt record that is read; a longer one becomes a rejection.");
    static final Key<Integer> ARRIVAL_BYTES = new Key<>(
            "limits.arrival_bytes_max",
            BYTES,
            "16MiB",
            "The longest record that the prompts topic takes at all; the broker refuses a longer one.");
    static final Key<Duration> ID_RETENTION = new Key<>(
            "limits.request_id_retention",
            DURATION,
            "14d",
            "How long a finished request's id stays known, so that it is not answered twice; at least the retention of"
                    + " the lanes and of outcomes.");

    static final Key<Integer> ATTEMPTS_MAX = new Key<>(
            "retries.attempts_max",
            wholeNumber(1, 100),
            "3",
            "Attempts at a request in all, when workers fail on it for a reason that may pass; then it is rejected as"
                    + " worker_failed.");
    static final Key<Duration> BACKOFF = new Key<>(
            "retries.backoff", DURATION, "1s", "From the first failed attempt to the second; doubled after each.");
    static final Key<Duration> BACKOFF_MAX =
            new Key<>("retries.backoff_max", DURATION, "1m", "The longest there is between two attempts.");
    static final Key<Duration> STALLED_AFTER = new Key<>(
            "retries.stalled_after",
            DURATION,
            "30m",
            "How long an answer may be missing, while later prompts are answered or none is, before the prompt is put"
                    + " on its lane again; doubled each time. It must be longer than the longest text takes to write.");
    static final Key<Long> TENANT_REQUESTS = new Key<>(
            "tenants.<tenant>.requests_in_flight_max",
            COUNT,
            "unlimited",
            "Requests of the tenant that may be admitted and not answered; what comes beyond is rejected as"
                    + " quota_exceeded. The name '*' stands for each tenant that is not named.");
    static final Key<Long> TENANT_TOKENS = new Key<>(
            "tenants.<tenant>.tokens_in_flight_max",
            COUNT,
            "unlimited",
            "The same in tokens: each request counts with its max_tokens, or else its max_length, or else 4096.");
    static final Key<Duration> CANCELLATION_RETENTION = new Key<>(
            "limits.cancellation_retention",
            DURATION,
            "1h",
            "How long a cancellation waits for a prompt that comes after it, and for workers that are away.");
    static final Key<Duration> PARTIAL_WAIT = new Key<>(
            "limits.partial_wait",
            DURATION,
            "30s",
            "How long a request with on_deadline or on_cancel partial waits, after that, for the text that a worker has"
                    + " by then; without one it is rejected.");

    static final Key<String> GATEWAY_KEYS = new Key<>(
            "gateway.tenants.<tenant>.keys",
            new Kind<>("'sha256:' and 64 hex digits", Key::filled),
            null,
            "The digests of the keys by which the HTTP gateway knows the tenant, one or a list. The tenant '*' sees"
                    + " what all do. --keys FILE adds to them.");
    static final Key<Integer> REPLY_PARTITIONS = new Key<>(
            "reply_topics.<topic>.partitions",
            PARTITIONS,
            "4",
            "Partitions of a topic that requests may name in kafka_replyTopic or REPLY_TOPIC; no other may be named."
                    + " Its name has no prefix.");
    static final Key<Duration> REPLY_RETENTION =
            new Key<>("reply_topics.<topic>.retention", RETENTION, "1d", "How long the broker keeps replies.");

    static final Key<URI> REGISTRY_URL = new Key<>(
            "registry.url",
            new Kind<>(
                    "the http or https address of a registry's API, such as http://registry:8080/apis/ccompat/v7",
                    Key::address),
            null,
            "A schema registry that speaks Confluent's HTTP API: Confluent's own, or Apicurio's under /apis/ccompat/v7."
                    + " Prompts in Confluent's wire format are read by its schemas; without it they are refused.");
    static final Key<String> REGISTRY_USER =
            new Key<>("registry.user", TEXT, null, "For basic authentication with the registry.");
    static final Key<String> REGISTRY_PASSWORD =
            new Key<>("registry.password", TEXT, null, "Of that user; better from the environment than from the file.");
    static final Key<Duration> REGISTRY_WAIT = new Key<>(
            "registry.wait_max",
            DURATION,
            "1d",
            "How long a prompt waits for its schema while the registry does not answer; then it is rejected as"
                    + " malformed. Other prompts do not wait.");
    static final Key<Integrations.AnswerHead> REGISTRY_ANSWERS = new Key<>(
            "registry.answers",
            oneOf(Integrations.AnswerHead.values()),
            "single-object",
            "The header of answers in Avro: its own, or Confluent's with the id of subject <topic>-value.");
    static final Key<Boolean> REGISTRY_AUTO_REGISTER = new Key<>(
            "registry.auto_register",
            FLAG,
            "true",
            "Whether the schemas of such answers are added to the registry if it does not have them yet.");

    /** The last part of the path, as it stands in the file. */
    public String name() {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    private static <T> Key<T> sampling(String name, Kind<T> kind, String meaning) {
        return new Key<>("models.<model>.sampling." + name, kind, null, meaning);
    }

    private static String filled(String text) {
        require(!text.isEmpty());
        return text;
    }

    private static URI address(String text) {
        URI uri = URI.create(text);
        require(List.of("http", "https").contains(uri.getScheme()) && uri.getHost() != null);
        require(uri.getRawQuery() == null && uri.getRawFragment() == null && uri.getRawUserInfo() == null);
        return uri;
    }

    private static String named(String text) {
        require(NAME_PATTERN.matcher(text).matches() && !text.equals(".") && !text.equals(".."));
        return text;
    }

    private static String pattern(String text) {
        int star = text.indexOf('*');
        require(star < 0 ? !text.isEmpty() : star == text.length() - 1);
        return text;
    }

    static boolean isDigest(String text) {
        return DIGEST_PATTERN.matcher(text).matches();
    }

    private static String digest(String text) {
        require(DIGEST_PATTERN.matcher(text).matches());
        return text;
    }

    private static String weightType(String text) {
        require(WEIGHT_TYPES.contains(text));
        return text;
    }

    private static long count(String text) {
        long count = text.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(text);
        require(count >= 1);
        return count;
    }

    private static boolean flag(String text) {
        require(text.equals("true") || text.equals("false"));
        return text.equals("true");
    }

    private static int bytes(String text) {
        long bytes = quantity(text, SIZES);
        require(bytes >= 1 << 10 && bytes <= 64 << 20);
        return (int) bytes;
    }

    /** {@code least} to {@code most}. */
    public static Kind<Integer> wholeNumber(int least, int most) {
        return new Kind<>("a whole number from " + least + " to " + most, text -> {
            int value = Integer.parseInt(text);
            require(value >= least && value <= most);
            return value;
        });
    }

    /** One of the constants, by its name in small letters. */
    public static <E extends Enum<E>> Kind<E> oneOf(E[] values) {
        List<String> words = Arrays.stream(values).map(PipelineRules::word).toList();
        return new Kind<>("one of: " + String.join(", ", words), text -> {
            int index = words.indexOf(text);
            if (index < 0) {
                throw new IllegalArgumentException(Spelling.didYouMean(text, words));
            }
            return values[index];
        });
    }

    private static Duration duration(String text) {
        return Duration.ofMillis(quantity(text, MILLIS));
    }

    private static long quantity(String text, Map<String, Long> units) {
        Matcher matcher = QUANTITY.matcher(text);
        require(matcher.matches());
        Long unit = units.get(matcher.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(Spelling.didYouMean(
                    text,
                    units.keySet().stream().map(name -> matcher.group(1) + name).toList()));
        }
        long value = Math.multiplyExact(Long.parseLong(matcher.group(1)), unit);
        require(value > 0);
        return value;
    }

    /** A time as one would write it, with the largest unit that has no rest. */
    static String text(Duration duration) {
        if (duration.equals(FOREVER)) {
            return "forever";
        }
        long millis = duration.toMillis();
        return MILLIS.entrySet().stream()
                .filter(unit -> millis % unit.getValue() == 0)
                .max(Map.Entry.comparingByValue())
                .map(unit -> millis / unit.getValue() + unit.getKey())
                .orElse(millis + "ms");
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("");
        }
    }
}

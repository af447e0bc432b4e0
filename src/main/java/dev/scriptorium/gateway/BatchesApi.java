package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.event.Batch;
import dev.scriptorium.event.Batch.Phase;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.wire.BatchJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code /v1/batches}. */
final class BatchesApi {
    private static final Set<String> FIELDS =
            Set.of("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after");
    private static final List<String> ENDPOINTS = List.of("/v1/chat/completions", "/v1/completions");
    private static final Pattern WINDOW = Pattern.compile("([1-9][0-9]{0,4})([smhd])");
    private static final Map<String, Duration> UNITS = Map.of(
            "s", Duration.ofSeconds(1),
            "m", Duration.ofMinutes(1),
            "h", Duration.ofHours(1),
            "d", Duration.ofDays(1));

    private final FileStore store;
    private final Board board;
    private final BatchRunner runner;
    private final Cancellations cancellations;
    private final InstantSource clock;
    private final int bodyBytesMax;
    private final BatchJson json = new BatchJson();

    BatchesApi(
            FileStore store,
            Board board,
            BatchRunner runner,
            Cancellations cancellations,
            GatewayLimits limits,
            InstantSource clock) {
        this.store = store;
        this.board = board;
        this.runner = runner;
        this.cancellations = cancellations;
        this.bodyBytesMax = limits.bodyBytesMax();
        this.clock = clock;
    }

    void create(Call call) throws IOException {
        ObjectNode body = call.json(bodyBytesMax);
        for (Map.Entry<String, JsonNode> field : body.properties()) {
            boolean unsupported = field.getKey().equals("output_expires_after")
                    && !field.getValue().isNull();
            if (!FIELDS.contains(field.getKey()) || unsupported) {
                throw HttpProblem.unknown(field.getKey(), "field '" + field.getKey() + "' is not supported");
            }
        }
        Batch batch = batch(call, body);
        Batch known = runner.find(batch.job());
        if (known == null) {
            runner.create(batch);
        } else if (!known.origin().equals(batch.origin()) || !known.metadata().equals(batch.metadata())) {
            throw HttpProblem.conflict(
                    "idempotency_key_in_use", "the Idempotency-Key was used before for another batch");
        }
        retrieve(call, known == null ? batch : known);
    }

    void list(Call call) throws IOException {
        List<Batch> all = runner.all().stream()
                .filter(batch -> batch.origin().file() != null && call.maySee(batch.tenant()))
                .sorted(Comparator.comparing(Batch::createdAt)
                        .thenComparing(Batch::job)
                        .reversed())
                .toList();
        Page.of(all, Batch::job, this::object).reply(call, 20, 100);
    }

    void retrieve(Call call) throws IOException {
        retrieve(call, find(call));
    }

    void cancel(Call call) throws IOException {
        Batch batch = find(call);
        switch (batch.phase()) {
            case VALIDATING, IN_PROGRESS, FINALIZING -> {
                Batch cancelling = runner.cancel(batch.job());
                cancellations.job(batch.job(), "cancelled at the gateway");
                retrieve(call, cancelling);
            }
            case CANCELLING, CANCELLED -> retrieve(call, batch);
            case FAILED, COMPLETED, EXPIRED ->
                throw HttpProblem.conflict(
                        "batch_over",
                        "batch '%s' cannot be cancelled, because it is %s"
                                .formatted(batch.job(), BatchJson.word(batch.phase())));
        }
    }

    private void retrieve(Call call, Batch batch) throws IOException {
        call.reply(200, object(batch));
    }

    /** As of now: what Kafka says of its requests is in it. */
    private ObjectNode object(Batch batch) {
        try {
            JobView view = board.view(batch.job());
            boolean allEnded = batch.phase() == Phase.IN_PROGRESS && view != null && view.phase() == Phase.FINALIZING;
            Batch shown = allEnded ? batch.to(Phase.FINALIZING, clock.instant()) : batch;
            return (ObjectNode) Call.JSON.readTree(json.write(shown, board.tally(batch.job())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Batch find(Call call) {
        String id = call.path().getFirst();
        Batch batch = runner.find(id);
        if (batch == null || batch.origin().file() == null || !call.maySee(batch.tenant())) {
            throw HttpProblem.notFound("no batch '" + id + "' is known here");
        }
        return batch;
    }

    private Batch batch(Call call, ObjectNode body) {
        String fileId = text(body, "input_file_id");
        FileStore.Stored file = store.find(fileId);
        if (file == null || !call.maySee(file.tenant())) {
            throw HttpProblem.invalid("input_file_id", "no file '" + fileId + "' is known here");
        }
        if (!file.purpose().equals("batch")) {
            throw HttpProblem.invalid(
                    "input_file_id", "file '" + fileId + "' has the purpose '" + file.purpose() + "', not 'batch'");
        }
        String endpoint = text(body, "endpoint");
        if (!ENDPOINTS.contains(endpoint)) {
            throw HttpProblem.invalid(
                    "endpoint",
                    "field 'endpoint' is '%s', but it must be %s".formatted(endpoint, String.join(" or ", ENDPOINTS)));
        }
        String window = text(body, "completion_window");
        String key = call.header("Idempotency-Key");
        String id = "batch_" + (key == null ? Ids.random() : Ids.of(call.tenant() + "\n" + key));
        Instant now = Instant.ofEpochSecond(clock.instant().getEpochSecond());
        return new Batch(
                id,
                file.tenant(),
                new Batch.Origin(file.name(), "stored:" + file.id(), file.id(), endpoint, window, null),
                Phase.VALIDATING,
                Map.of(Phase.VALIDATING, now),
                0,
                now.plus(window(window)),
                Batch.Results.NONE,
                List.of(),
                metadata(body.get("metadata")));
    }

    private static Duration window(String text) {
        Matcher found = WINDOW.matcher(text);
        Duration unit = found.matches() ? UNITS.get(found.group(2)) : null;
        if (unit == null) {
            throw HttpProblem.invalid(
                    "completion_window",
                    "field 'completion_window' is '%s', but it must be a time such as 24h, 30m or 7d".formatted(text));
        }
        return unit.multipliedBy(Long.parseLong(found.group(1)));
    }

    private static Map<String, String> metadata(@Nullable JsonNode said) {
        Map<String, String> pairs = new TreeMap<>();
        if (said == null || said.isNull()) {
            return pairs;
        }
        if (!said.isObject() || said.size() > Prompt.METADATA_PAIRS_MAX) {
            throw HttpProblem.invalid("metadata", "field 'metadata' must be an object of at most 16 texts");
        }
        for (Map.Entry<String, JsonNode> pair : said.properties()) {
            String value = pair.getValue().isTextual() ? pair.getValue().textValue() : null;
            if (value == null
                    || value.length() > Prompt.METADATA_VALUE_CHARACTERS_MAX
                    || pair.getKey().length() > Prompt.METADATA_KEY_CHARACTERS_MAX) {
                throw HttpProblem.invalid(
                        "metadata", "field 'metadata' must have keys to 64 and texts to 512 characters");
            }
            pairs.put(pair.getKey(), value);
        }
        return pairs;
    }

    private static String text(ObjectNode body, String name) {
        JsonNode value = body.path(name);
        if (!value.isTextual()) {
            throw HttpProblem.invalid(name, "field '" + name + "' is missing, or no text");
        }
        return value.textValue();
    }
}

package dev.scriptorium.topology.recipe;

import dev.scriptorium.dataset.RecipeEvent;
import dev.scriptorium.dataset.Row;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.dataset.run.Progress;
import dev.scriptorium.dataset.run.RecipeRun;
import dev.scriptorium.dataset.run.RowRequest;
import dev.scriptorium.dataset.run.RunOutput;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.topology.Origin;
import dev.scriptorium.topology.bell.Bell;
import dev.scriptorium.topology.quota.Charge;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.Decoded;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import dev.scriptorium.wire.dataset.RecipeFormat;
import dev.scriptorium.wire.dataset.RowFormat;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.jspecify.annotations.Nullable;

/**
 * Learns recipes, sends their rows, and lets each row out once.
 *
 * <p>It hears three things: parts of recipes, the answers to requests of rows, and that a job is cancelled. Rows are
 * sent a slice at a time, as many as may be under way; the stores say where it stands, so after a crash it goes on
 * there.
 */
public final class RecipeStep extends ContextualProcessor<byte[], byte[], byte[], byte[]> {
    /** How often rows are sent, and how many at most each time. */
    public static final Duration SLICE_INTERVAL = Duration.ofMillis(100);

    private static final int SLICE_ROWS_MAX = 500;
    private static final int CLEAN_ENTRIES_MAX = 2_000;

    private final Settings settings;
    private final EventCodec codec = new EventCodec();
    private final RecipeFormat recipeFormat = new RecipeFormat();
    private final RowFormat rowFormat = new RowFormat();
    private final Map<String, ActiveRecipe> active = new LinkedHashMap<>();
    private final RunOutput output = new Output();
    private @Nullable KeyValueStore<String, byte[]> recipes;
    private @Nullable Bell bell;

    /**
     * @param pipeline whose quotas hold for rows too
     * @param stores in this order: recipes, draws, duplicates, templates
     */
    public record Settings(Pipeline pipeline, Stores stores, Edges edges) {}

    /** Names of stores. */
    public record Stores(String recipes, String draws, String duplicates, String templates) {}

    /** Where prompts, those of tenants with a quota, rows, what cannot be read and what needs no more leave. */
    public record Edges(String prompts, String charged, String rows, String unclear, String learnt) {}

    public RecipeStep(Settings settings) {
        this.settings = settings;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> context) {
        super.init(context);
        KeyValueStore<String, byte[]> store =
                context.getStateStore(settings.stores().recipes());
        recipes = store;
        try (KeyValueIterator<String, byte[]> found = store.range(Keys.ACTIVE, Keys.after(Keys.ACTIVE))) {
            found.forEachRemaining(entry -> recipe(entry.key.substring(Keys.ACTIVE.length()), ""));
        }
        bell = new Bell(context, SLICE_INTERVAL, _ -> slice());
        bell.soon();
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Objects.requireNonNull(bell).soon();
        try {
            if (record.key() == null) {
                throw new UndecodableException("a recipe event has no key, but it must have the job's name");
            }
            if (Note.CANCELLED.is(record)) {
                cancel(text(record.key()));
            } else if (Note.ANSWER.is(record)) {
                answer(text(record.key()), codec.outcome(record.value()));
            } else {
                learn(record);
                return;
            }
            context().forward(record, settings.edges().learnt());
        } catch (UndecodableException | InvalidFieldException e) {
            putAside(record, String.valueOf(e.getMessage()));
        }
    }

    private void learn(Record<byte[], byte[]> record) {
        String job = new RequestId(text(record.key()), "any").job();
        RecipeEvent event = recipeFormat.read(record.value());
        ActiveRecipe recipe = recipe(job, event.digest());
        Progress known = recipe.stores().progress();
        if (!known.digest().equals(event.digest())) {
            if (known.parts().started()) {
                putAside(
                        record,
                        "job '%s' is taken: it makes a dataset of another recipe (%s); name another job"
                                .formatted(job, known.digest()));
                return;
            }
            // A recipe that was changed before all of it was sent.
            recipe.stores().put(Progress.of(event.digest()));
        }
        if (!recipe.stores().progress().parts().started()) {
            take(job, recipe.stores(), event);
        }
        recipe.stores().flush();
        context().forward(record, settings.edges().learnt());
    }

    private static void take(String job, RecipeStores stores, RecipeEvent event) {
        Progress progress = stores.progress();
        Progress.Parts parts = progress.parts();
        switch (event) {
            case RecipeEvent.Rows(var _, var kind, long from, var rows) -> {
                boolean isSeeds = kind == RecipeEvent.Kind.SEEDS;
                long here = isSeeds ? parts.seedsHere() : parts.benchmarksHere();
                String prefix = isSeeds ? Keys.seeds(job) : Keys.benchmarks(job);
                for (int i = 0; i < rows.size(); i++) {
                    stores.putRow(prefix, from + i, rows.get(i));
                }
                long more = Math.max(0, from + rows.size() - here);
                stores.put(isSeeds ? progress.withSeeds(more) : progress.withBenchmarks(more));
            }
            case RecipeEvent.Start(var _, long seeds, long benchmarks, String json) -> {
                if (parts.seedsHere() != seeds || parts.benchmarksHere() != benchmarks) {
                    throw new UndecodableException(
                            "the recipe has %d seeds and %d benchmarks, but %d and %d have come in; send it again"
                                    .formatted(seeds, benchmarks, parts.seedsHere(), parts.benchmarksHere()));
                }
                stores.put(progress.withStart(seeds, benchmarks));
                stores.putRecipe(json);
            }
        }
    }

    private void answer(String job, Outcome outcome) {
        RowRequest request = RowRequest.of(
                switch (outcome) {
                    case Completion completion -> completion.metadata();
                    case Rejection rejection -> rejection.metadata();
                });
        ActiveRecipe recipe = active.get(job);
        RecipeRun run = recipe == null ? null : recipe.run(recipeFormat, this::template);
        if (recipe != null && run != null && request != null) {
            run.answered(request, outcome);
            recipe.stores().flush();
        }
    }

    private void cancel(String job) {
        ActiveRecipe recipe = active.get(job);
        RecipeRun run = recipe == null ? null : recipe.run(recipeFormat, this::template);
        if (recipe != null && run != null) {
            run.cancel();
            recipe.stores().flush();
        }
    }

    /** Sends some more rows of each recipe, and forgets what finished ones do not need any more. */
    private @Nullable Duration slice() {
        int left = SLICE_ROWS_MAX;
        boolean more = false;
        for (var entries = active.entrySet().iterator(); entries.hasNext(); ) {
            ActiveRecipe recipe = entries.next().getValue();
            RecipeRun run = recipe.run(recipeFormat, this::template);
            if (run == null) {
                // Its templates may come yet, and nobody tells this step of those.
                more |= recipe.stores().progress().isComplete();
                continue;
            }
            // Each gets what the ones before it left, so that one has no more of a slice than it can use.
            int sent = run.expand(Math.max(1, left / active.size()));
            left = Math.max(0, left - sent);
            recipe.stores().flush();
            boolean isFinished = run.isFinished();
            more |= sent > 0 || isFinished;
            if (isFinished && !recipe.stores().clean(CLEAN_ENTRIES_MAX)) {
                entries.remove();
            }
        }
        return more ? SLICE_INTERVAL : null;
    }

    private ActiveRecipe recipe(String job, String digest) {
        return active.computeIfAbsent(
                job,
                name -> new ActiveRecipe(
                        new RecipeStores(
                                name,
                                Objects.requireNonNull(recipes),
                                context().getStateStore(settings.stores().draws()),
                                context().getStateStore(settings.stores().duplicates()),
                                Progress.of(digest)),
                        output));
    }

    private @Nullable Template template(String version) {
        KeyValueStore<String, ValueAndTimestamp<byte[]>> templates =
                context().getStateStore(settings.stores().templates());
        ValueAndTimestamp<byte[]> found = templates.get(version);
        Template template = found == null ? null : recipeFormat.template(found.value());
        // Whoever may write there could put another text under a version; a row must not be made of it.
        return template != null && template.version().equals(version) ? template : null;
    }

    private void putAside(Record<byte[], byte[]> record, String reason) {
        Origin origin = Origin.of(record, context().recordMetadata().orElseThrow());
        RequestId about = record.key() == null ? null : about(text(record.key()));
        context()
                .forward(
                        origin.deadLetter(record.value(), record.headers(), reason, about, now()),
                        settings.edges().unclear());
    }

    private static @Nullable RequestId about(String job) {
        try {
            return new RequestId(job, "recipe");
        } catch (InvalidFieldException e) {
            return null;
        }
    }

    private long now() {
        return context().currentSystemTimeMs();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private final class Output implements RunOutput {
        @Override
        public void ask(Prompt prompt) {
            byte[] key = prompt.request().key().getBytes(StandardCharsets.UTF_8);
            Pipeline pipeline = settings.pipeline();
            Origin origin = new Origin(pipeline.topics().recipes().name(), 0, 0, now(), key);
            byte[] value = codec.encode(new Decoded.Accepted(prompt));
            Headers headers = origin.writeExpanded();
            if (pipeline.tenants().limits(prompt.tenant())) {
                context()
                        .forward(
                                Charge.of(prompt, pipeline, headers, value, now()),
                                settings.edges().charged());
            } else {
                context()
                        .forward(
                                new Record<>(key, value, now(), headers),
                                settings.edges().prompts());
            }
        }

        @Override
        public void end(Row row) {
            RecordHeaders headers = new RecordHeaders();
            headers.add("content-type", "application/json".getBytes(StandardCharsets.UTF_8));
            headers.add(Arrival.JOB_HEADER, row.job().getBytes(StandardCharsets.UTF_8));
            headers.add(Arrival.ID_HEADER, row.key().id().getBytes(StandardCharsets.UTF_8));
            byte[] key = row.job().getBytes(StandardCharsets.UTF_8);
            context()
                    .forward(
                            new Record<>(key, rowFormat.write(row), now(), headers),
                            settings.edges().rows());
        }
    }
}

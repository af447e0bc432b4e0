package dev.scriptorium.topology;

import dev.scriptorium.pipeline.Integrations;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.TopicSpec;
import dev.scriptorium.pipeline.Topics;
import dev.scriptorium.topology.RequestObserver.Exit;
import dev.scriptorium.topology.order.Precedence;
import dev.scriptorium.topology.quota.Reserve;
import dev.scriptorium.topology.recipe.JobCancelled;
import dev.scriptorium.topology.recipe.KeepTemplate;
import dev.scriptorium.topology.recipe.RecipeStep;
import dev.scriptorium.topology.reply.Reply;
import dev.scriptorium.topology.unwrap.Unwrap;
import dev.scriptorium.wire.PromptDecoder;
import dev.scriptorium.wire.confluent.ConfluentFormat;
import dev.scriptorium.wire.confluent.Registered;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.metrics.Sensor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * The way of a prompt, from the prompts topic to a lane, and the way back, from the outcomes topic to an answer.
 *
 * <p>Everything that travels is bytes, so nothing is decoded outside a named step and a record that cannot be read
 * leaves by an edge instead of an exception. Each step forwards to its edges by name.
 */
public final class RequestTopology {
    private static final String[] SHARED_STORES = {
        Names.REQUESTS_STORE,
        Names.ASSIGNMENTS_STORE,
        Names.TIMERS_STORE,
        Names.CANCELLATIONS_STORE,
        Names.BACKLOG_STORE
    };

    private final Pipeline pipeline;
    private final Topics topics;
    private final LanePlaces places = new LanePlaces();
    private final RequestObserver observer;
    private final RequestBook.Desk desk;
    private final Registered registered;

    private RequestTopology(Pipeline pipeline, RequestObserver observer, Registered registered) {
        this.registered = registered;
        this.pipeline = pipeline;
        this.observer = observer;
        this.desk = new RequestBook.Desk(pipeline, places, observer, registered.frame());
        this.topics = pipeline.topics();
    }

    /** {@link #build(Pipeline, Properties, RequestObserver, Registered)} with nobody told and no registry asked. */
    public static Topology build(Pipeline pipeline, Properties settings) {
        return build(pipeline, settings, RequestObserver.NONE, Registered.NONE);
    }

    /**
     * @param settings as {@link StreamsSettings} makes them
     * @param observer told what happens
     * @param registered what the pipeline's registry has to do with it, if it has one
     */
    public static Topology build(
            Pipeline pipeline, Properties settings, RequestObserver observer, Registered registered) {
        StreamsBuilder builder = new StreamsBuilder(new TopologyConfig(new StreamsConfig(settings)));
        new RequestTopology(pipeline, observer, registered).declare(builder);
        return builder.build(settings);
    }

    private void declare(StreamsBuilder builder) {
        stores(builder);
        KStream<byte[], byte[]> decoded = decoding(builder);
        KStream<byte[], byte[]> admitted = intake(decoded, expansion(builder), builder);
        KStream<byte[], byte[]> cancelled = cancelling(decoded, builder);
        KStream<byte[], byte[]> settled = settlement(builder);
        replies(admitted, cancelled, settled);
        tally(admitted.merge(cancelled, Named.as(Names.TALLY_EARLY)).merge(settled, Named.as(Names.TALLY)));
    }

    /** What admit, cancel and settle share. */
    private static void stores(StreamsBuilder builder) {
        List.of(Names.REQUESTS_STORE, Names.ASSIGNMENTS_STORE, Names.TIMERS_STORE, Names.CANCELLATIONS_STORE)
                .forEach(name -> builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())));
        // Counts change with every prompt; the cache sends the last of each only.
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.inMemoryKeyValueStore(Names.BACKLOG_STORE), Serdes.String(), Serdes.Long())
                .withCachingEnabled());
        // A row changes several times between two commits, and then it is gone.
        List.of(Names.RECIPES_STORE, Names.DRAWS_STORE, Names.DUPLICATES_STORE)
                .forEach(name -> builder.addStateStore(Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())
                        .withCachingEnabled()));
        List.of(Names.TENANTS_STORE, Names.WAITING_ROWS_STORE)
                .forEach(name -> builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(name), Serdes.String(), Serdes.ByteArray())));
    }

    private KStream<byte[], byte[]> decoding(StreamsBuilder builder) {
        PromptDecoder decoder = new PromptDecoder(pipeline.limits().recordBytesMax());
        KStream<byte[], byte[]> decoded = unwrapped(builder, source(builder, topics.prompts(), Names.PROMPTS), decoder)
                .process(() -> new Decode(pipeline, decoder), Named.as(Names.DECODE));
        putAside(decoded, Names.UNREADABLE);
        sink(decoded, topics.quotas(), Names.CHARGE);
        return decoded;
    }

    /** Values in Confluent's wire format to those that need no registry; without a registry there is no such step. */
    private KStream<byte[], byte[]> unwrapped(
            StreamsBuilder builder, KStream<byte[], byte[]> prompts, PromptDecoder decoder) {
        Integrations.Registry registry = pipeline.integrations().registry();
        if (registry == null) {
            return prompts;
        }
        builder.addStateStore(Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(Names.AWAITING_SCHEMA_STORE), Serdes.Long(), Serdes.ByteArray()));
        Unwrap.Settings settings = new Unwrap.Settings(
                Names.AWAITING_SCHEMA_STORE,
                Names.DECODE,
                Names.UNREGISTERED,
                pipeline.limits().recordBytesMax(),
                registry.waitMax());
        KStream<byte[], byte[]> unwrapped = prompts.process(
                () -> new Unwrap(settings, new ConfluentFormat(registered.writers()), decoder, observer::awaitSchemas),
                Named.as(Names.UNWRAP),
                Names.AWAITING_SCHEMA_STORE);
        putAside(unwrapped, Names.UNREGISTERED);
        return unwrapped;
    }

    /** Recipes to prompts and rows; gives the prompts. */
    private KStream<byte[], byte[]> expansion(StreamsBuilder builder) {
        String templates = Names.TEMPLATES_STORE;
        builder.addGlobalStore(
                Stores.timestampedKeyValueStoreBuilder(
                        Stores.persistentTimestampedKeyValueStore(templates), Serdes.String(), Serdes.ByteArray()),
                topics.templates().name(),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(Names.TEMPLATES),
                () -> new KeepTemplate(templates));
        RecipeStep.Settings settings = new RecipeStep.Settings(
                pipeline,
                new RecipeStep.Stores(Names.RECIPES_STORE, Names.DRAWS_STORE, Names.DUPLICATES_STORE, templates),
                new RecipeStep.Edges(Names.ALL_ADMISSIBLE, Names.CHARGE_ROWS, Names.ROWS, Names.UNCLEAR, Names.LEARNT));
        KStream<byte[], byte[]> expanded = source(builder, topics.recipes(), Names.RECIPES)
                .process(
                        () -> new RecipeStep(settings),
                        Named.as(Names.EXPAND),
                        Names.RECIPES_STORE,
                        Names.DRAWS_STORE,
                        Names.DUPLICATES_STORE);
        sink(expanded, topics.rows(), Names.ROWS);
        sink(expanded, topics.quotas(), Names.CHARGE_ROWS);
        putAside(expanded, Names.UNCLEAR);
        drop(expanded, Names.LEARNT);
        return expanded;
    }

    /** Prompts to lanes; gives the changes of job tallies. */
    private KStream<byte[], byte[]> intake(
            KStream<byte[], byte[]> decoded, KStream<byte[], byte[]> expanded, StreamsBuilder builder) {
        Reserve.Settings counting = new Reserve.Settings(
                pipeline.tenants(),
                new Reserve.Stores(Names.TENANTS_STORE, Names.WAITING_ROWS_STORE),
                new Reserve.Edges(Names.ADMISSIBLE, Names.COUNTED, Names.MISPLACED));
        KStream<byte[], byte[]> reserved = source(builder, topics.quotas(), Names.QUOTAS)
                .process(
                        () -> new Reserve(counting),
                        Named.as(Names.RESERVE),
                        Names.TENANTS_STORE,
                        Names.WAITING_ROWS_STORE);
        putAside(reserved, Names.MISPLACED);
        drop(reserved, Names.COUNTED);
        // Outcomes are keyed alike, and both meet in one store, so both must have the same number of partitions.
        KStream<byte[], byte[]> admitted = decoded.merge(reserved, Named.as(Names.ADMISSIBLE))
                .merge(expanded, Named.as(Names.ALL_ADMISSIBLE))
                .repartition(repartitioned(Names.BY_ID, topics.outcomes()))
                .process(() -> new Admit(desk), Named.as(Names.ADMIT), SHARED_STORES);
        for (Lane lane : pipeline.lanes()) {
            laneSink(admitted, lane, Names.lane(lane), Exit.LANE);
        }
        sink(admitted, topics.rejections(), Names.REFUSED);
        putAside(admitted, Names.CONFLICT);
        sink(admitted, topics.quotas(), Names.GIVE_BACK);
        sink(admitted, topics.recipes(), Names.ROW_REFUSED);
        drop(admitted, Names.DUPLICATE);
        return admitted;
    }

    /** Tombstones and control events to workers and to the requests they end; gives the changes of job tallies. */
    private KStream<byte[], byte[]> cancelling(KStream<byte[], byte[]> decoded, StreamsBuilder builder) {
        int recordBytesMax = pipeline.limits().recordBytesMax();
        KStream<byte[], byte[]> understood = source(builder, topics.control(), Names.CONTROL)
                .process(() -> new Understand(recordBytesMax), Named.as(Names.UNDERSTAND));
        putAside(understood, Names.MISUNDERSTOOD);
        KStream<byte[], byte[]> all = decoded.merge(understood, Named.as(Names.CANCELLED));
        sink(all, topics.cancellations(), Names.BROADCAST);
        sink(all.process(JobCancelled::new, Named.as(Names.OF_JOBS)), topics.recipes(), Names.JOB_CANCELLED);
        KStream<byte[], byte[]> cancelled = all.process(Precedence.OfCancellations::new, Named.as(Names.PRECEDENCE))
                .repartition(
                        repartitioned(Names.CANCELS, topics.outcomes()).withStreamPartitioner(new Understand.ToTasks()))
                .process(() -> new Cancel(desk), Named.as(Names.CANCEL), SHARED_STORES);
        sink(cancelled, topics.rejections(), Names.WITHDRAWN);
        sink(cancelled, topics.quotas(), Names.RELEASED);
        sink(cancelled, topics.recipes(), Names.ROW_WITHDRAWN);
        drop(cancelled, Names.NOTED);
        return cancelled;
    }

    /** Outcomes to answers; gives the changes of job tallies. */
    private KStream<byte[], byte[]> settlement(StreamsBuilder builder) {
        KStream<byte[], byte[]> settled = source(builder, topics.outcomes(), Names.OUTCOMES, Precedence::ofOutcome)
                .process(() -> new Settle(desk), Named.as(Names.SETTLE), SHARED_STORES);
        sink(settled, topics.completions(), Names.COMPLETED);
        sink(settled, topics.rejections(), Names.FAILED);
        putAside(settled, Names.STRAY);
        sink(settled, topics.quotas(), Names.REFUND);
        sink(settled, topics.recipes(), Names.ROW_ANSWERED);
        for (Lane lane : pipeline.lanes()) {
            laneSink(settled, lane, Names.again(lane), Exit.LANE_AGAIN);
        }
        drop(settled, Names.REPEATED);
        drop(settled, Names.RETRIED);
        return settled;
    }

    /** Copies of answers to topics that requests named; without any that is allowed there is no such step. */
    private void replies(
            KStream<byte[], byte[]> admitted, KStream<byte[], byte[]> cancelled, KStream<byte[], byte[]> settled) {
        if (pipeline.integrations().replyTopics().isEmpty()) {
            return;
        }
        Reply.Places chosen = new Reply.Places();
        KStream<byte[], byte[]> replies = admitted.merge(cancelled, Named.as(Names.REPLIES_EARLY))
                .merge(settled, Named.as(Names.REPLIES))
                .process(() -> new Reply(chosen, Names::reply), Named.as(Names.REPLY));
        for (TopicSpec topic : pipeline.integrations().replyTopics()) {
            replies.to(
                    topic.name(),
                    Produced.with(Serdes.ByteArray(), Serdes.ByteArray())
                            .withStreamPartitioner(chosen)
                            .withName(Names.reply(topic.name())));
        }
    }

    private void tally(KStream<byte[], byte[]> changes) {
        Tallies tallies = new Tallies(topics.jobFormat());
        KStream<byte[], byte[]> told = changes.repartition(repartitioned(Names.BY_JOB, topics.jobs()))
                .groupByKey(Grouped.with(Names.BY_JOB, Serdes.ByteArray(), Serdes.ByteArray()))
                .aggregate(
                        () -> new byte[0],
                        tallies::add,
                        Named.as(Names.TOTAL),
                        Materialized.<byte[], byte[]>as(Stores.persistentKeyValueStore(Names.TALLIES_STORE))
                                .withKeySerde(Serdes.ByteArray())
                                .withValueSerde(Serdes.ByteArray()))
                .toStream(Named.as(Names.TOTAL + "s"))
                .process(() -> new Tallies.Tell(tallies), Named.as(Names.TELL));
        sink(told, topics.jobs(), Names.JOBS);
    }

    private static KStream<byte[], byte[]> source(StreamsBuilder builder, TopicSpec topic, String name) {
        return source(builder, topic, name, Precedence::ofPrompt);
    }

    private static KStream<byte[], byte[]> source(
            StreamsBuilder builder, TopicSpec topic, String name, TimestampExtractor times) {
        return builder.stream(
                topic.name(),
                Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                        .withTimestampExtractor(times)
                        .withName(name));
    }

    private static void sink(KStream<byte[], byte[]> stream, TopicSpec topic, String name) {
        stream.to(
                topic.name(),
                Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(name));
    }

    private void putAside(KStream<byte[], byte[]> stream, String name) {
        stream.to(
                topics.deadLetters().name(),
                Produced.with(Serdes.ByteArray(), told(Exit.DEAD_LETTER, name)).withName(name));
    }

    /** Onto the partition that was chosen for a prompt. */
    private void laneSink(KStream<byte[], byte[]> stream, Lane lane, String name, Exit exit) {
        stream.to(
                lane.topic().name(),
                Produced.with(Serdes.ByteArray(), told(exit, lane.name()))
                        .withStreamPartitioner(places)
                        .withName(name));
    }

    private void drop(KStream<byte[], byte[]> stream, String name) {
        stream.process(() -> new Drop(name, observer), Named.as(name));
    }

    /** Bytes as they are, each time a record is written and not before: where a record leaves is seen here alone. */
    private Serde<byte[]> told(Exit exit, String name) {
        return Serdes.serdeFrom(
                (topic, bytes) -> {
                    observer.left(exit, name);
                    return bytes;
                },
                new ByteArrayDeserializer());
    }

    private static Repartitioned<byte[], byte[]> repartitioned(String name, TopicSpec alike) {
        return Repartitioned.with(Serdes.ByteArray(), Serdes.ByteArray())
                .withName(name)
                .withNumberOfPartitions(alike.partitions());
    }

    /**
     * Where records end that need no answer: a step of its own, so that the picture shows it, and counted, as the
     * metrics {@code <name>-total} and {@code <name>-rate} of the group {@code stream-requests-metrics}.
     */
    private static final class Drop extends ContextualProcessor<byte[], byte[], Void, Void> {
        private final String name;
        private final RequestObserver observer;
        private @Nullable Sensor counter;

        Drop(String name, RequestObserver observer) {
            this.name = name;
            this.observer = observer;
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            super.init(context);
            counter = context.metrics()
                    .addRateTotalSensor("requests", context.taskId().toString(), name, Sensor.RecordingLevel.INFO);
        }

        @Override
        public void process(Record<byte[], byte[]> record) {
            observer.left(Exit.DROPPED, name);
            if (counter != null) {
                counter.record(1, context().currentSystemTimeMs());
            }
        }

        @Override
        public void close() {
            if (counter != null) {
                context().metrics().removeSensor(counter);
            }
        }
    }
}

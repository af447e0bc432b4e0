package dev.scriptorium.batch.dataset;

import dev.scriptorium.dataset.RecipeEvent;
import dev.scriptorium.dataset.Template;
import dev.scriptorium.wire.dataset.RecipeFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** Sends a recipe: its templates, its rows in parts, and at last that all is there. */
final class RecipeSender implements AutoCloseable {
    private static final int PART_BYTES = 128 << 10;
    private static final int PART_ROWS_MAX = 1_000;

    private final DatasetJob job;
    private final DatasetTopics topics;
    private final RecipeFormat format = new RecipeFormat();
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();

    RecipeSender(DatasetJob job, DatasetTopics topics) {
        this.job = job;
        this.topics = topics;
        Map<String, Object> settings = new HashMap<>(topics.kafka());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        // As for prompts: what a new topic refuses at first must not be overtaken.
        settings.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, "1");
        settings.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, topics.messageBytesMax());
        this.producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Returns when all of it is durable. */
    void send() throws IOException {
        for (Template template : job.file().recipe().templates()) {
            publish(topics.templates(), template.version(), format.write(template));
        }
        // Templates are known by their content, so nothing is lost if they come late; it only waits for them.
        producer.flush();
        Parts seeds = new Parts(RecipeEvent.Kind.SEEDS);
        job.visitSeeds(seeds);
        seeds.flush();
        Parts benchmarks = new Parts(RecipeEvent.Kind.BENCHMARKS);
        job.visitBenchmarks(benchmarks);
        benchmarks.flush();
        publish(
                topics.recipes(),
                job.name(),
                format.write(new RecipeEvent.Start(
                        job.digest(),
                        job.seeds(),
                        job.benchmarks(),
                        format.write(job.file().recipe()))));
        producer.flush();
        check();
    }

    private final class Parts implements DatasetJob.Visitor {
        private final RecipeEvent.Kind kind;
        private final List<String> rows = new ArrayList<>();
        private long from;
        private long bytes;

        Parts(RecipeEvent.Kind kind) {
            this.kind = kind;
        }

        @Override
        public void visit(String json) {
            rows.add(json);
            bytes += json.length();
            if (bytes >= PART_BYTES || rows.size() >= PART_ROWS_MAX) {
                flush();
            }
        }

        void flush() {
            if (!rows.isEmpty()) {
                byte[] event = format.write(new RecipeEvent.Rows(job.digest(), kind, from, rows));
                publish(topics.recipes(), job.name(), event);
                from += rows.size();
                rows.clear();
                bytes = 0;
            }
        }
    }

    private void publish(String topic, String key, byte[] value) {
        check();
        var record = new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value);
        var _ = producer.send(record, (metadata, problem) -> {
            if (problem != null) {
                failure.compareAndSet(null, problem);
            }
        });
    }

    private void check() {
        Exception problem = failure.get();
        if (problem != null) {
            throw new IllegalStateException("the recipe cannot be published: " + problem.getMessage(), problem);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.pipeline.Lane;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.wire.AnswerReader;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.CarriedHeaders;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.confluent.AnswerFrame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Follows one request from its prompt to its answer: where each record of it stands, what it says, and when. Only the
 * one partition of each topic on which the request can stand is read.
 */
final class RequestTrace {
    private static final Duration TURN = Duration.ofMillis(200);
    private static final Duration SEARCH_MAX = Duration.ofSeconds(15);

    private final Pipeline pipeline;
    private final RequestId request;
    private final EventCodec codec = new EventCodec();
    private final AnswerReader answers = new AnswerReader();
    private final Map<String, String> laneOfTopic = new HashMap<>();
    private final ObjectNode trace = Call.JSON.createObjectNode();
    private final ArrayNode steps;
    private String tenant = "";
    private boolean admitted;
    private boolean ended;

    RequestTrace(Pipeline pipeline, RequestId request) {
        this.pipeline = pipeline;
        this.request = request;
        trace.put("job", request.job()).put("id", request.id());
        this.steps = trace.putArray("steps");
        for (Lane lane : pipeline.lanes()) {
            laneOfTopic.put(lane.topic().name(), lane.name());
        }
    }

    /** Null if nothing of it is found any more. */
    @Nullable
    ObjectNode follow() throws IOException {
        Map<String, Object> settings = new HashMap<>(pipeline.kafka().forConsumer());
        settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        settings.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        try (KafkaConsumer<byte[], byte[]> reader =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            Map<TopicPartition, byte[]> keys = keys(reader);
            reader.assign(keys.keySet());
            reader.seekToBeginning(keys.keySet());
            Map<TopicPartition, Long> ends = reader.endOffsets(keys.keySet());
            for (long turns = SEARCH_MAX.dividedBy(TURN);
                    turns > 0 && isBehind(reader, ends) && !(admitted && ended);
                    turns--) {
                for (ConsumerRecord<byte[], byte[]> found : reader.poll(TURN)) {
                    byte[] key = keys.get(new TopicPartition(found.topic(), found.partition()));
                    if (Arrays.equals(key, found.key()) && found.value() != null) {
                        take(found);
                    }
                }
            }
        }
        if (steps.isEmpty()) {
            return null;
        }
        List<JsonNode> inOrder = new ArrayList<>();
        steps.forEach(inOrder::add);
        inOrder.sort(Comparator.comparing(step -> step.path("at").asText()));
        steps.removeAll().addAll(inOrder);
        return trace;
    }

    /** On whose account it was. */
    String tenant() {
        return tenant;
    }

    private void take(ConsumerRecord<byte[], byte[]> found) throws IOException {
        String lane = laneOfTopic.get(found.topic());
        if (lane != null) {
            Assignment assignment = codec.assignment(found.value());
            admitted = true;
            tenant = assignment.prompt().tenant();
            step("admitted", "put on lane '" + lane + "', attempt " + assignment.attempt(), found);
            prompt(assignment.prompt());
        } else if (request.job().equals(header(found, Arrival.JOB_HEADER))) {
            JsonNode answer = Call.JSON.readTree(answers.json(found.value(), header(found, AnswerFrame.SCHEMA_HEADER)));
            JsonNode body = answer.has("custom_id") ? answer.path("response").path("body") : answer;
            JsonNode own = answer.has("custom_id") ? body.path("scriptorium") : body;
            tenant = own.path("tenant").asText(tenant);
            boolean completed =
                    found.topic().equals(pipeline.topics().completions().name());
            step(completed ? "completed" : "rejected", completed ? "settled, exactly once" : "refused", found);
            if (completed) {
                timings(own, Instant.ofEpochMilli(found.timestamp()));
            }
            trace.put(CarriedHeaders.TRACEPARENT, header(found, CarriedHeaders.TRACEPARENT));
            trace.set("answer", answer);
            ended = true;
        }
    }

    private void timings(JsonNode own, Instant settledAt) {
        JsonNode timings = own.path("timings");
        ObjectNode times = trace.putObject("times");
        times.put("queue_ms", timings.path("queue_micros").asLong() / 1000.0);
        times.put("prefill_ms", timings.path("prefill_micros").asLong() / 1000.0);
        times.put("decode_ms", timings.path("decode_micros").asLong() / 1000.0);
        times.put("settled_at", settledAt.toString());
        trace.put("worker", own.path("worker").asText());
        trace.put("weights_digest", own.path("weights_digest").asText());
        trace.put("runtime_version", own.path("runtime_version").asText());
        trace.set("sampling", own.path("sampling"));
    }

    private void prompt(Prompt prompt) {
        ObjectNode said = trace.putObject("prompt");
        said.put("model", prompt.model());
        said.put("priority", prompt.priority().name().toLowerCase(java.util.Locale.ROOT));
        said.put("source", prompt.source());
        switch (prompt.input()) {
            case Input.Text text -> said.put("text", text.text());
            case Input.Chat chat -> {
                ArrayNode messages = said.putArray("messages");
                chat.messages()
                        .forEach(message ->
                                messages.addObject().put("role", message.role()).put("content", message.content()));
            }
        }
    }

    private void step(String name, String detail, ConsumerRecord<byte[], byte[]> found) {
        steps.addObject()
                .put("name", name)
                .put("detail", detail)
                .put("at", Instant.ofEpochMilli(found.timestamp()).toString())
                .put("record", found.topic() + "[" + found.partition() + "]@" + found.offset());
    }

    /** The partitions where the request may stand, and its key there. */
    private Map<TopicPartition, byte[]> keys(KafkaConsumer<byte[], byte[]> reader) {
        byte[] whole = request.key().getBytes(StandardCharsets.UTF_8);
        byte[] own = request.id().getBytes(StandardCharsets.UTF_8);
        Map<TopicPartition, byte[]> keys = new HashMap<>();
        // On a lane the prompt's beginning chooses the partition, so it may stand in any.
        for (String lane : laneOfTopic.keySet()) {
            reader.partitionsFor(lane).forEach(each -> keys.put(new TopicPartition(lane, each.partition()), whole));
        }
        keys.put(place(reader, pipeline.topics().completions().name(), own), own);
        keys.put(place(reader, pipeline.topics().rejections().name(), own), own);
        return keys;
    }

    private static TopicPartition place(KafkaConsumer<byte[], byte[]> reader, String topic, byte[] key) {
        int partitions = reader.partitionsFor(topic).size();
        return new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions);
    }

    private static boolean isBehind(KafkaConsumer<byte[], byte[]> reader, Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream().anyMatch(end -> reader.position(end.getKey()) < end.getValue());
    }

    private static @Nullable String header(ConsumerRecord<byte[], byte[]> found, String name) {
        Header header = found.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }
}

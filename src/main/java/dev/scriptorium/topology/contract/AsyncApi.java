package dev.scriptorium.topology.contract;

import dev.scriptorium.pipeline.Integrations;
import dev.scriptorium.pipeline.KafkaProperties;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.TopicSpec;
import dev.scriptorium.pipeline.Topics;
import dev.scriptorium.topology.reply.CloudEventHeads;
import dev.scriptorium.wire.RequestField;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes the AsyncAPI 3.0.0 document of a pipeline: its public topics as channels, what travels on them as messages,
 * and what the pipeline does as operations, with Kafka's bindings 0.5.0. Avro payloads refer to {@code schemas/}, so
 * the document belongs into a folder beside that one.
 */
public final class AsyncApi {
    private static final String AVRO = "application/vnd.apache.avro;version=1.9.0";
    private static final String BINDINGS = "0.5.0";

    private final Pipeline pipeline;
    private final Yaml out = new Yaml();

    private AsyncApi(Pipeline pipeline) {
        this.pipeline = pipeline;
    }

    /** The document as YAML. */
    public static String of(Pipeline pipeline) {
        return new AsyncApi(pipeline).write();
    }

    /** A channel: a topic and the messages on it. */
    private record Channel(String name, TopicSpec topic, String meaning, List<String> messages) {}

    private String write() {
        out.pair("asyncapi", "3.0.0");
        out.in("info", () -> {
            out.pair("title", pipeline.name());
            out.pair("version", "1.0.0");
            out.pair(
                    "description",
                    "Bulk text generation on Kafka. Exactly one answer for every request id: a completion, or a"
                            + " rejection that says why.");
        });
        out.pair("defaultContentType", "application/json");
        out.in(
                "servers",
                () -> out.in("kafka", () -> {
                    out.pair(
                            "host",
                            pipeline.kafka()
                                    .common()
                                    .getOrDefault(KafkaProperties.BOOTSTRAP_SERVERS, "localhost:9092"));
                    out.pair("protocol", "kafka");
                }));
        out.in("channels", this::channels);
        out.in("operations", this::operations);
        out.in("components", () -> {
            out.in("messages", this::messages);
            out.in("correlationIds", this::correlationIds);
            out.in("schemas", this::schemas);
        });
        return out.toString();
    }

    private List<Channel> declared() {
        Topics topics = pipeline.topics();
        List<String> answers = List.of("Json", "OpenAi", "Avro");
        List<Channel> channels = new ArrayList<>(List.of(
                new Channel("prompts", topics.prompts(), "What users send.", named("prompt", answers)),
                new Channel("control", topics.control(), "What users cancel.", List.of("cancelJson", "cancelAvro")),
                new Channel(
                        "completions",
                        topics.completions(),
                        "Finished text, under the key of its prompt.",
                        named("completion", answers)),
                new Channel(
                        "rejections",
                        topics.rejections(),
                        "Requests that ended without text, under the key of their prompt.",
                        named("rejection", answers)),
                new Channel(
                        "tokens",
                        topics.tokens(),
                        "Pieces of texts whose prompts ask for stream.",
                        named("piece", List.of("Json", "Avro")))));
        for (TopicSpec reply : pipeline.integrations().replyTopics()) {
            List<String> both = new ArrayList<>(named("completion", answers));
            both.addAll(named("rejection", answers));
            channels.add(new Channel(
                    "reply-" + reply.name(),
                    reply,
                    "Answers of requests that named this topic in their headers.",
                    both));
        }
        return channels;
    }

    private static List<String> named(String what, List<String> forms) {
        return forms.stream().map(form -> what + form).toList();
    }

    private void channels() {
        for (Channel channel : declared()) {
            out.in(channel.name(), () -> {
                out.pair("address", channel.topic().name());
                out.pair("description", channel.meaning());
                out.in(
                        "messages",
                        () -> channel.messages()
                                .forEach(message ->
                                        out.in(message, () -> out.pair("$ref", "#/components/messages/" + message))));
                out.in(
                        "bindings",
                        () -> out.in("kafka", () -> {
                            out.pair("topic", channel.topic().name());
                            out.number("partitions", channel.topic().partitions());
                            out.in(
                                    "topicConfiguration",
                                    () -> configuration(channel.topic().configs()));
                            out.pair("bindingVersion", BINDINGS);
                        }));
            });
        }
        if (!pipeline.integrations().replyTopics().isEmpty()) {
            out.in("replies", () -> {
                out.pair("description", "Whichever of the pipeline's reply_topics a request names.");
                out.in("messages", () -> {
                    for (String message : List.of("completionJson", "rejectionJson")) {
                        out.in(message, () -> out.pair("$ref", "#/components/messages/" + message));
                    }
                });
            });
        }
    }

    private void configuration(Map<String, String> configs) {
        configs.forEach((name, value) -> {
            if (name.equals("cleanup.policy")) {
                out.words(name, List.of(value.split(",", -1)));
            } else {
                out.number(name, Long.parseLong(value));
            }
        });
    }

    private void operations() {
        operation("ask", "receive", "prompts", "Takes a request; the same id again is dropped.");
        operation("cancel", "receive", "control", "Ends requests that nobody wants an answer to any more.");
        operation("complete", "send", "completions", "Tells the text of a request, once.");
        operation("reject", "send", "rejections", "Tells why a request has no text, once.");
        operation("stream", "send", "tokens", "Tells a text while it is written.");
    }

    private void operation(String name, String action, String channel, String meaning) {
        out.in(name, () -> {
            out.pair("action", action);
            out.pair("summary", meaning);
            out.in("channel", () -> out.pair("$ref", "#/channels/" + channel));
            if (name.equals("ask") && !pipeline.integrations().replyTopics().isEmpty()) {
                out.in("reply", () -> {
                    out.in("address", () -> out.pair("location", "$message.header#/kafka_replyTopic"));
                    out.in("channel", () -> out.pair("$ref", "#/channels/replies"));
                });
            }
        });
    }

    private void messages() {
        message("promptJson", "A request as one JSON object.", () -> reference("plainPrompt"), false);
        message("promptOpenAi", "A request as an OpenAI batch line.", () -> reference("openAiLine"), false);
        message("promptAvro", "A request in Avro's single-object encoding.", () -> avro("prompt"), false);
        message("cancelJson", "A cancellation as JSON.", () -> reference("cancellation"), false);
        message("cancelAvro", "A cancellation in Avro.", () -> avro("control"), false);
        for (String kind : List.of("completion", "rejection")) {
            String first = kind.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + kind.substring(1);
            message(
                    kind + "Json",
                    first + " of a plain JSON request.",
                    () -> object("An answer; the README names its fields."),
                    true);
            message(kind + "OpenAi", first + " as an OpenAI batch output line.", () -> reference("openAiAnswer"), true);
            message(kind + "Avro", first + inAvro(), () -> avro(kind), true);
        }
        message("pieceJson", "A piece of a text as JSON.", () -> reference("piece"), false);
        message("pieceAvro", "A piece of a text" + inAvro(), () -> avro("token-chunk"), false);
    }

    private boolean isRegistered() {
        Integrations.Registry registry = pipeline.integrations().registry();
        return registry != null && registry.answers() == Integrations.AnswerHead.CONFLUENT;
    }

    private String inAvro() {
        return isRegistered()
                ? " in Avro, in Confluent's wire format with its id in the schema registry."
                : " in Avro's single-object encoding.";
    }

    private void message(String name, String meaning, Runnable payload, boolean isAnswer) {
        out.in(name, () -> {
            out.pair("summary", meaning);
            out.pair("contentType", name.endsWith("Avro") ? "avro/binary" : "application/json");
            if (isAnswer || name.startsWith("prompt")) {
                out.in(
                        "headers",
                        () -> out.pair(
                                "$ref", "#/components/schemas/" + (isAnswer ? "answerHeaders" : "promptHeaders")));
                out.in("correlationId", () -> out.pair("$ref", "#/components/correlationIds/spring"));
            }
            out.in("payload", payload);
            out.in(
                    "bindings",
                    () -> out.in("kafka", () -> {
                        out.in("key", () -> {
                            out.pair("type", "string");
                            out.pair("description", "The request's id.");
                        });
                        if (isRegistered() && name.endsWith("Avro") && (isAnswer || name.startsWith("piece"))) {
                            out.pair("schemaIdLocation", "payload");
                            out.pair("schemaIdPayloadEncoding", "confluent");
                        }
                        out.pair("bindingVersion", BINDINGS);
                    }));
        });
    }

    private void reference(String schema) {
        out.pair("$ref", "#/components/schemas/" + schema);
    }

    private void object(String meaning) {
        out.pair("type", "object");
        out.pair("description", meaning);
    }

    private void avro(String file) {
        out.pair("schemaFormat", AVRO);
        out.in("schema", () -> out.pair("$ref", "../schemas/" + file + ".avsc"));
    }

    private void correlationIds() {
        out.in("spring", () -> out.pair("location", "$message.header#/kafka_correlationId"));
        out.in("smallrye", () -> out.pair("location", "$message.header#/REPLY_CORRELATION_ID"));
    }

    private void schemas() {
        out.in("plainPrompt", () -> {
            object("A plain request; the rules are in docs/reference/request-fields.md.");
            out.in("properties", () -> {
                for (RequestField field : RequestField.values()) {
                    field.names().forEach(name -> property(name, field));
                }
            });
            out.flag("additionalProperties", false);
        });
        out.in("openAiLine", () -> {
            object("A line of an OpenAI batch file.");
            out.words("required", List.of("custom_id", "method", "url", "body"));
        });
        out.in("openAiAnswer", () -> {
            object("A line of an OpenAI batch output or error file.");
            out.words("required", List.of("id", "custom_id"));
        });
        out.in("cancellation", () -> {
            object("Ends a request, a job or all of a tenant.");
            out.words("required", List.of("action"));
            properties(
                    Map.entry("action", "cancel"),
                    Map.entry("id", "of a request"),
                    Map.entry("job", "of which requests"),
                    Map.entry("tenant", "whose requests"),
                    Map.entry("reason", "for people"));
        });
        out.in("piece", () -> {
            object("Text that was added, and where it belongs.");
            out.words("required", List.of("id", "job", "choice", "index", "tokens", "text", "finish_reason"));
        });
        heads(
                "promptHeaders",
                List.of(
                        "scriptorium-job",
                        "scriptorium-tenant",
                        "kafka_replyTopic",
                        "kafka_correlationId",
                        "REPLY_TOPIC",
                        "REPLY_CORRELATION_ID",
                        CloudEventHeads.SPECVERSION,
                        CloudEventHeads.ID,
                        "traceparent"));
        heads(
                "answerHeaders",
                List.of(
                        "scriptorium-job",
                        "scriptorium-id",
                        "kafka_correlationId",
                        "REPLY_CORRELATION_ID",
                        CloudEventHeads.SPECVERSION,
                        CloudEventHeads.ID,
                        CloudEventHeads.TYPE,
                        CloudEventHeads.SOURCE,
                        CloudEventHeads.SUBJECT,
                        CloudEventHeads.TIME,
                        CloudEventHeads.DATASCHEMA,
                        CloudEventHeads.CONTENT_TYPE));
    }

    private void property(String name, RequestField field) {
        out.in(name, () -> {
            out.words("type", field.jsonTypes());
            out.pair("description", name.equals(field.key()) ? field.meaning() : "The same as " + field.key() + ".");
        });
    }

    @SafeVarargs
    private void properties(Map.Entry<String, String>... named) {
        out.in("properties", () -> {
            for (Map.Entry<String, String> property : named) {
                out.in(property.getKey(), () -> {
                    out.pair("type", "string");
                    out.pair("description", property.getValue());
                });
            }
        });
    }

    private void heads(String name, List<String> headers) {
        out.in(name, () -> {
            out.pair("type", "object");
            out.in("properties", () -> headers.forEach(header -> out.in(header, () -> out.pair("type", "string"))));
        });
    }
}

package dev.scriptorium.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Sampling;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every kind of mistake, with file, line, value, rule and the nearest right value. */
class PipelineReaderTest {
    static final String GOOD = """
        models:
          small: {path: models/small}
        lanes:
          fast: {class: interactive}
          bulk: {}
        routes:
          - {name: urgent, when: {priority: interactive}, to: fast}
          - {name: rest, to: bulk}
        """;

    /** Reads a file and compares all that was found wrong with it. */
    private static void check(String yaml, String... expected) {
        check(yaml, Map.of(), expected);
    }

    private static void check(String yaml, Map<String, String> environment, String... expected) {
        assertThat(problems(yaml, environment)).containsExactly(expected);
    }

    private static List<String> problems(String yaml, Map<String, String> environment) {
        return switch (PipelineReader.read(yaml, "p.yaml", environment)) {
            case PipelineReader.Result.Valid _ -> List.of();
            case PipelineReader.Result.Invalid(var problems) ->
                problems.stream().map(PipelineProblem::text).toList();
        };
    }

    private static Pipeline valid(String yaml, Map<String, String> environment) {
        PipelineReader.Result result = PipelineReader.read(yaml, "p.yaml", environment);
        assertThat(result).isInstanceOf(PipelineReader.Result.Valid.class);
        return ((PipelineReader.Result.Valid) result).pipeline();
    }

    @Test
    void routeToAnUndeclaredLaneNamesTheNearest() {
        check(
                GOOD.replace("to: fast", "to: fst"),
                "p.yaml:4: no route sends to lane 'fast'",
                "p.yaml:7: route 'urgent' sends to lane 'fst', which is not declared (lanes: bulk, fast)."
                        + " Did you mean 'fast'?");
    }

    @Test
    void allProblemsAreFoundInOneReading() {
        check(
                """
                models:
                  small: {path: models/small, sampling: {temperature: 3, top_k: many}}
                lanes:
                  fast: {class: intractive, partitons: 4}
                  bulk: {model: smal, partitions: 0}
                routes:
                  - {name: rest, to: bulk}
                  - {name: urgent, when: {priority: interactive}, to: fast}
                limts: {}
                limits: {record_bytes_max: 1MB}
                """,
                "p.yaml:2: models.small.sampling.top_k is 'many', but it must be a whole number",
                "p.yaml:2: models.small.sampling.temperature is 3.0, but it must be from 0 to 2",
                "p.yaml:4: lanes.fast.class is 'intractive', but it must be one of: interactive, bulk."
                        + " Did you mean 'interactive'?",
                "p.yaml:4: lanes.fast has a key 'partitons', which is not known here (keys: model, class,"
                        + " share_percent, spill_after, topic, replication, partitions, retention). Did you mean"
                        + " 'partitions'?",
                "p.yaml:5: lanes.bulk.partitions is '0', but it must be a whole number from 1 to 1000",
                "p.yaml:5: lane 'bulk' is for model 'smal', which is not declared (models: small). Did you mean"
                        + " 'small'?",
                "p.yaml:9: the pipeline has a key 'limts', which is not known here (keys: name, topics, limits, models,"
                        + " lanes, routes, retries, tenants, kafka, gateway, reply_topics, registry). Did you"
                        + " mean 'limits'?",
                "p.yaml:10: limits.record_bytes_max is '1MB', but it must be a size such as 512KiB or 1MiB, from 1KiB"
                        + " to 64MiB. Did you mean '1MiB'?");
    }

    @Test
    void lanesTopicsAndIdsMustOutliveEveryRetryAndBothTimesAreSaid() {
        check(
                GOOD.replace("bulk: {}", "bulk: {retention: 1m}")
                        + "retries: {attempts_max: 4, backoff: 30s, backoff_max: 1m, stalled_after: 10m}\n",
                "p.yaml:5: lane 'bulk' is kept for 1m, but it must be at least as long as all retries together, 750s");
        check(
                GOOD + "retries: {backoff: 2s, backoff_max: 1s}\n",
                "p.yaml:9: backoff_max is 1s, but it must be at least backoff, 2s");
    }

    @Test
    void quotasAreReadForEachTenantAndForEverybodyElse() {
        // Given
        String yaml = GOOD
                + "tenants:\n  press: {requests_in_flight_max: 7, tokens_in_flight_max: unlimited}\n"
                + "  '*': {tokens_in_flight_max: 100}\n";

        // When
        Tenants tenants = valid(yaml, Map.of()).tenants();

        // Then
        assertThat(tenants.of("press")).isEqualTo(new Tenants.Quota(7, Long.MAX_VALUE));
        assertThat(tenants.of("stranger")).isEqualTo(new Tenants.Quota(Long.MAX_VALUE, 100));
        assertThat(valid(GOOD, Map.of()).tenants().limits("press")).isFalse();
    }

    @Test
    void digestOfAModelMustBeOne() {
        check(
                GOOD.replace("path: models/small", "path: models/small, digest: abc"),
                "p.yaml:2: models.small.digest is 'abc', but it must be 'sha256:' and 64 hex digits");
    }

    @Test
    void keyThatStandsTwiceIsNamedWithBothLines() {
        check(GOOD + "name: a\nname: b\n", "p.yaml:10: key 'name' stands twice in the pipeline, first in line 9");
    }

    @Test
    void wrongKindsOfValuesAreNamed() {
        check(
                """
                name: [a, b]
                models: 7
                lanes: []
                routes: {a: b}
                """,
                "p.yaml:1: name is a list of 2, but it must be 1 to 249 letters, digits, dots, dashes or underscores",
                "p.yaml:2: models is '7', but it must be a section with keys of its own",
                "p.yaml:3: lanes is a list of 0, but it must be a section with keys of its own",
                "p.yaml:4: routes is a section, but it must be a list");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "# nothing\n", "models:\n"})
    void emptyFileLacksAModel(String yaml) {
        assertThat(problems(yaml, Map.of())).containsExactly("p.yaml:1: no model is declared; at least one is needed");
    }

    @Test
    void brokenYamlIsNamedWithItsLine() {
        assertThat(problems("models:\n  a: {path: [\n", Map.of()))
                .singleElement()
                .asString()
                .startsWith("p.yaml:3: is not YAML: ");
    }

    @Test
    void unreachableRouteIsNamedWithWhatShadowsIt() {
        check(
                GOOD + "  - {name: late, when: {tenant: acme}, to: bulk}\n",
                "p.yaml:9: route 'late' can never be reached: every prompt it would take is taken before by 'rest' and"
                        + " 'urgent'");
    }

    @Test
    void twoRoutesTogetherShadowAThird() {
        check(
                GOOD.replace("{name: rest, to", "{name: rest, when: {priority: bulk}, to")
                        + "  - {name: late, to: bulk}\n",
                "p.yaml:9: route 'late' can never be reached: every prompt it would take is taken before by 'rest' and"
                        + " 'urgent'");
    }

    @Test
    void patternShadowsNamesThatBeginLikeIt() {
        check(
                GOOD.replace(
                        "  - {name: rest",
                        "  - {name: a, when: {tenant: ac*}, to: bulk}\n"
                                + "  - {name: b, when: {tenant: [acme, acorn*]}, to: bulk}\n"
                                + "  - {name: c, when: {tenant: [acme, bell]}, to: bulk}\n"
                                + "  - {name: rest"),
                "p.yaml:9: route 'b' can never be reached: every prompt it would take is taken before by 'a' and"
                        + " 'urgent'");
    }

    @Test
    void modelsNeedOneDefaultAndALaneEach() {
        check(
                GOOD.replace("  small: {path: models/small}", "  small: {path: a}\n  large: {path: b}"),
                "p.yaml:1: no model is the default one; write 'default: true' at one of: small, large",
                "p.yaml:3: model 'large' has no lane, so no prompt could reach it");
    }

    @Test
    void secondDefaultIsNamed() {
        assertThat(problems(
                        GOOD.replace(
                                "  small: {path: models/small}",
                                "  small: {path: a, default: true}\n  large: {path: b, default: true}"),
                        Map.of()))
                .contains("p.yaml:3: model 'large' is a second default after 'small'; only one may be");
    }

    @Test
    void topicsThatKafkaWouldTakeForOneAreNamed() {
        check(
                GOOD + "topics: {prompts: {name: lanes_bulk}}\n",
                "p.yaml:5: topic 'lanes.bulk' collides with that of topics.prompts.name");
    }

    @Test
    void idsMustBeKnownAsLongAsSecondAnswersCanCome() {
        check(
                GOOD + "limits: {request_id_retention: 3d}\n",
                "p.yaml:9: request_id_retention is 3d, but it must be at least the retention of topic 'outcomes', 7d,"
                        + " so that a second answer is known as such");
    }

    @Test
    void answersMustBeKeptAsLongAsTheirIdsAreKnown() {
        check(
                GOOD + "topics: {completions: {retention: 12h}}\n",
                "p.yaml:9: topic 'completions' is kept for 12h, but it must be at least request_id_retention, 14d, so"
                        + " that a request that is dropped as answered finds its answer");
    }

    @Test
    void propertiesOnWhichThePromisesRestCannotBeSet() {
        check(
                GOOD + "kafka:\n  streams: {processing.guarantee: at_least_once}\n  security: {protocol: SSL}\n",
                "p.yaml:10: kafka.streams.processing.guarantee cannot be set: exactly one answer for each request needs"
                        + " exactly_once_v2",
                "p.yaml:11: kafka.security is a section, but a property is one value under its full name, as in"
                        + " 'security.protocol: SSL'");
    }

    @Test
    void routesNeedNamesOfTheirOwn() {
        check(
                GOOD + "  - {to: bulk}\n  - {name: rest, to: fast}\n  - word\n",
                "p.yaml:9: a name in routes is '', but it must be 1 to 249 letters, digits, dots, dashes or"
                        + " underscores",
                "p.yaml:10: two entries have the name routes.rest",
                "p.yaml:11: an entry of routes is 'word', but it must be a section with keys of its own");
    }

    @Test
    void everyKeyCanComeFromTheEnvironment() {
        // Given
        Map<String, String> environment = Map.of(
                "SCRIPTORIUM_NAME", "mine",
                "SCRIPTORIUM_TOPICS_PROMPTS_NAME", "in",
                "SCRIPTORIUM_TOPICS_PREFIX", "acme.",
                "SCRIPTORIUM_MODELS_SMALL_SAMPLING_STOP", "[a, 'b c']",
                "SCRIPTORIUM_LANES_BULK_PARTITIONS", "64",
                "SCRIPTORIUM_ROUTES_URGENT_WHEN_TENANT", "acme-*",
                "SCRIPTORIUM_LIMITS_RECORD_BYTES_MAX", "2MiB",
                "SCRIPTORIUM_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092",
                "SCRIPTORIUM_KAFKA_CONSUMER_MAX_POLL_RECORDS", "7",
                "SCRIPTORIUM_LOG_LEVEL", "DEBUG");

        // When
        Pipeline pipeline = valid(GOOD, environment);

        // Then
        assertThat(pipeline.name()).isEqualTo("mine");
        assertThat(pipeline.topics().prompts().name()).isEqualTo("acme.in");
        assertThat(pipeline.defaultModel().sampling().stop()).containsExactly("a", "b c");
        assertThat(pipeline.lanes().get(1).topic().partitions()).isEqualTo(64);
        assertThat(pipeline.lanes().get(1).topic().name()).isEqualTo("acme.lanes.bulk");
        assertThat(pipeline.routes().get(0).when().tenants()).containsExactly("acme-*");
        assertThat(pipeline.limits().recordBytesMax()).isEqualTo(2 << 20);
        assertThat(pipeline.kafka().common()).containsExactly(Map.entry("bootstrap.servers", "kafka:9092"));
        assertThat(pipeline.kafka().forConsumer()).containsEntry("max.poll.records", "7");
        assertThat(pipeline.kafka().forStreams()).containsEntry("consumer.max.poll.records", "7");
    }

    @Test
    void everyKeyOfTheReferenceIsAsked() {
        // Given
        String yaml = GOOD + "tenants: {press: {}}\ngateway: {tenants: {press: {}}}\nreply_topics: {completions: {}}\n";

        // When
        List<String> unknown = AllKeys.IN_ORDER.stream()
                .filter(key -> !key.equals(Key.ROUTE_NAME))
                .map(key -> Section.variableOf(key.path()
                        .replace("<topic>", "completions")
                        .replace("<model>", "small")
                        .replace("<lane>", "bulk")
                        .replace("<route>", "rest")
                        .replace("<tenant>", "press")))
                .filter(variable -> problems(yaml, Map.of(variable, "\u0000")).stream()
                        .anyMatch(problem -> problem.contains("no key")))
                .toList();

        // Then
        assertThat(unknown).isEmpty();
    }

    @Test
    void variableOfNoKeyIsAProblemAndAWrongValueIsNamedByItsVariable() {
        check(
                GOOD,
                Map.of("SCRIPTORIUM_LANES_BULK_PARTITION", "4", "SCRIPTORIUM_LANES_FAST_PARTITIONS", "few"),
                "SCRIPTORIUM_LANES_BULK_PARTITION: is the variable of no key of the pipeline."
                        + " Did you mean 'SCRIPTORIUM_LANES_BULK_PARTITIONS'?",
                "SCRIPTORIUM_LANES_FAST_PARTITIONS: lanes.fast.partitions is 'few', but it must be a whole number from"
                        + " 1 to 1000");
    }

    @Test
    void variableThatCouldMeanTwoKeysIsAProblem() {
        assertThat(problems(
                        GOOD
                                + "  - {name: re-st, when: {job: x}, to: fast}\n"
                                + "  - {name: re_st, when: {job: y}, to: fast}\n",
                        Map.of("SCRIPTORIUM_ROUTES_RE_ST_TO", "fast")))
                .contains("SCRIPTORIUM_ROUTES_RE_ST_TO: could mean routes.re-st.to or routes.re_st.to; rename one of"
                        + " them");
    }

    @Test
    void valuesAreReadAsTheyAreMeant() {
        // Given
        String yaml = GOOD + """
            topics:
              replication: 3
              jobs: {retention: 90d, format: avro, replication: broker}
              completions: {format: json, retention: forever}
            """;

        // When
        Pipeline pipeline = valid(yaml, Map.of());

        // Then
        assertThat(pipeline.topics().jobFormat()).isEqualTo(Topics.AnswerStyle.AVRO);
        assertThat(pipeline.topics().jobs().configs())
                .containsEntry("cleanup.policy", "compact,delete")
                .containsEntry("retention.ms", Long.toString(Duration.ofDays(90).toMillis()));
        assertThat(pipeline.topics().jobs().replication()).isEqualTo(TopicSpec.BROKER_DEFAULT);
        assertThat(pipeline.topics().completions().replication()).isEqualTo(3);
        assertThat(pipeline.topics().completions().configs()).containsEntry("retention.ms", "-1");
        assertThat(pipeline.lanes()).extracting(Lane::service).containsExactly(Priority.INTERACTIVE, Priority.BULK);
        assertThat(pipeline.lanes()).extracting(Lane::sharePercent).containsExactly(100, 20);
        assertThat(pipeline.allTopics()).hasSize(17).doesNotHaveDuplicates();
    }

    @Test
    void anotherModelTakesThePlaceOfTheDefaultOneEverywhere() {
        // Given
        Pipeline pipeline = valid(
                GOOD.replace("small: {path: models/small}", "small: {path: a, sampling: {top_k: 3}}")
                        .replace("when: {", "when: {model: small, "),
                Map.of());

        // When
        Pipeline changed = pipeline.withModel("other", "/models/other.gguf");

        // Then
        assertThat(changed.defaultModel())
                .isEqualTo(new Pipeline.Model("other", "/models/other.gguf", Sampling.UNSAID, true, null, null));
        assertThat(changed.lanesOf("other")).hasSize(2);
        assertThat(changed.routes().get(0).when().models()).containsExactly("other");
    }

    @Test
    void secretsOfKafkasClientsAreNotShown() {
        // Given
        Pipeline pipeline = valid(GOOD, Map.of("SCRIPTORIUM_KAFKA_SASL_JAAS_CONFIG", "password=sesame"));

        // When
        String text = pipeline.toString();

        // Then
        assertThat(text).contains("sasl.jaas.config").doesNotContain("sesame");
        assertThat(pipeline.kafka().forAdmin()).containsEntry("sasl.jaas.config", "password=sesame");
    }

    @Test
    void nothingThatSomebodyMayWriteMakesTheReaderFail() {
        // Given
        List<String> lines = GOOD.lines().toList();
        List<String> pieces = Arrays.asList("", "~", "[", "{a: b}", "- x", "&a [*a]", "\t", "? [x]", "!!int x", "'");

        // When
        long read = lines.stream()
                .flatMap(line -> pieces.stream().map(piece -> {
                    String broken = GOOD.replace(line, line.replaceFirst(": ?.*", ": ") + piece);
                    return PipelineReader.read(broken, "p.yaml", Map.of());
                }))
                .count();

        // Then
        assertThat(read).isEqualTo((long) lines.size() * pieces.size());
    }
}

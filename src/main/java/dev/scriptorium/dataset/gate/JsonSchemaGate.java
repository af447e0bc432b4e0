package dev.scriptorium.dataset.gate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import dev.scriptorium.dataset.Candidate;
import dev.scriptorium.dataset.GateSettings;
import dev.scriptorium.dataset.Verdict;
import java.util.Set;

/**
 * Refuses a text that is not JSON, or not what its schema takes (draft 2020-12, unless it says another). A schema that
 * points to others elsewhere is refused: a gate reads no network. Its patterns are RE2's.
 */
final class JsonSchemaGate implements Gate {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String RULE = "JSON that the schema takes";

    private final JsonSchema schema;

    /** @throws IllegalArgumentException if the schema is none */
    JsonSchemaGate(GateSettings.JsonSchema settings) {
        SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
                .regularExpressionFactory(JsonSchemaGate::pattern)
                .failFast(true)
                .locale(java.util.Locale.ROOT)
                .build();
        try {
            JsonNode node = JSON.readTree(settings.schema());
            this.schema = JsonSchemaFactory.getInstance(
                            SpecVersion.VersionFlag.V202012,
                            builder ->
                                    builder.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())))
                    .getSchema(node, config);
            schema.initializeValidators();
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "field 'gates.json_schema.schema' is not JSON: " + e.getOriginalMessage(), e);
        } catch (RuntimeException e) {
            throw new IllegalArgumentException("field 'gates.json_schema.schema' cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public String name() {
        return "json_schema";
    }

    @Override
    public Verdict judge(Candidate candidate) {
        JsonNode document;
        try {
            document = JSON.readTree(candidate.text());
        } catch (JsonProcessingException e) {
            return new Verdict(name(), false, Shown.shortened("not JSON: " + e.getOriginalMessage()), RULE);
        }
        if (document.isMissingNode()) {
            return new Verdict(name(), false, "no text", RULE);
        }
        Set<ValidationMessage> problems = schema.validate(document);
        return problems.isEmpty()
                ? new Verdict(name(), true, "valid", RULE)
                : new Verdict(
                        name(),
                        false,
                        Shown.shortened(problems.iterator().next().getMessage()),
                        RULE);
    }

    private static com.networknt.schema.regex.RegularExpression pattern(String pattern) {
        try {
            Pattern compiled = Pattern.compile(pattern);
            return text -> compiled.matcher(text).find();
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException(
                    "pattern '" + pattern + "' is no regular expression of RE2: " + e.getDescription(), e);
        }
    }
}

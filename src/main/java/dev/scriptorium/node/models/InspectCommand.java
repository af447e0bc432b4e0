package dev.scriptorium.node.models;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointException;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.checkpoint.GenerationDefaults;
import dev.scriptorium.checkpoint.convert.ModelDigest;
import dev.scriptorium.checkpoint.weights.WeightPlan;
import dev.scriptorium.model.LlamaConfig;
import dev.scriptorium.node.process.ExitCode;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Whether a model would run, and what it is. */
@Command(
        name = "inspect",
        description =
                "Loads and checks a whole model and says what it is: shape, types, memory needed and memory there,"
                        + " template, defaults. Exit code 0 only for a model that would run here.",
        mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
    private static final int BAD_TENSORS_MAX = 20;

    private final PrintStream out;
    private final InstantSource clock;

    @Parameters(paramLabel = "PATH", description = "A Hugging Face folder or a GGUF file.")
    private Path path = Path.of("");

    @Option(names = "--json", description = "One JSON object instead of lines for people.")
    private boolean json;

    @Mixin
    private WeightOption weights = new WeightOption();

    InspectCommand(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("path", path.toString());
        String problem = null;
        try (CheckpointFiles files = Checkpoint.open(path)) {
            describe(files, report);
            MemoryCheck memory = MemoryCheck.of(files, weights.plan());
            report.put("memory", memory.text());
            if (memory.fits()) {
                problem = load(files, report);
            } else {
                problem = "it does not fit: " + memory.advice();
            }
        } catch (CheckpointException e) {
            problem = e.getMessage();
        }
        report.put("would_run", problem == null);
        report.put("problem", problem);
        print(report);
        return (problem == null ? ExitCode.OK : ExitCode.FAILED).code();
    }

    /** Reads all weights, twice: as a worker does, and for what they say; returns why it cannot be used, or null. */
    private @Nullable String load(CheckpointFiles files, Map<String, Object> report) {
        try {
            try (BytesDisplay display = display("loading", files.weights().fileBytes())) {
                report.put("digest", files.load(weights.plan(), display::show).digest());
            }
            try (BytesDisplay display = display("digest", files.weights().parameters())) {
                report.put("content_digest", ModelDigest.of(files, display::show));
            }
            return null;
        } catch (CheckpointException e) {
            report.put("bad_weights", files.weights().notFinite(BAD_TENSORS_MAX));
            return e.getMessage();
        }
    }

    private BytesDisplay display(String what, long total) {
        return new BytesDisplay(what, total, System.err, System.console() != null, clock);
    }

    private void describe(CheckpointFiles files, Map<String, Object> report) {
        CheckpointFiles.Contents contents = files.contents();
        LlamaConfig config = contents.config();
        WeightPlan plan = weights.plan();
        report.put("format", contents.format());
        report.put("architecture", "LlamaForCausalLM");
        report.put("parameters", files.weights().parameters());
        report.put("hidden_size", config.hiddenSize());
        report.put("intermediate_size", config.intermediateSize());
        report.put("layers", config.layers());
        report.put("attention_heads", config.heads());
        report.put("key_value_heads", config.keyValueHeads());
        report.put("head_dim", config.headSize());
        report.put("vocabulary", config.vocabularySize());
        report.put("context", config.contextLength());
        report.put("rope_theta", config.ropeTheta());
        report.put("rope_scaling", config.ropeScaling().toString());
        report.put("tied_embeddings", files.weights().isTied());
        Map<String, Integer> types = new LinkedHashMap<>();
        files.tensorsByType(plan).forEach((type, count) -> types.put(type.name(), count));
        report.put("tensors", types);
        report.put("end_ids", contents.endIds().stream().sorted().toList());
        report.put("chat_template", contents.template());
        report.put("generation_defaults", defaults(contents.generation()));
        report.put("notes", contents.notes());
    }

    /** What the model's generation_config says, under its own names. */
    private static Map<String, Object> defaults(GenerationDefaults says) {
        Map<String, Object> defaults = new LinkedHashMap<>();
        putIfSaid(defaults, "max_new_tokens", says.maxNewTokens());
        putIfSaid(defaults, "max_length", says.maxLength());
        putIfSaid(defaults, "temperature", says.temperature());
        putIfSaid(defaults, "top_k", says.topK());
        putIfSaid(defaults, "top_p", says.topP());
        putIfSaid(defaults, "min_p", says.minP());
        putIfSaid(defaults, "repetition_penalty", says.repetitionPenalty());
        return defaults;
    }

    private static void putIfSaid(Map<String, Object> defaults, String name, @Nullable Object value) {
        if (value != null) {
            defaults.put(name, value);
        }
    }

    private void print(Map<String, Object> report) throws JsonProcessingException {
        if (json) {
            ObjectMapper mapper = JsonMapper.builder()
                    .enable(SerializationFeature.INDENT_OUTPUT)
                    .build();
            out.println(mapper.writeValueAsString(report));
            return;
        }
        report.forEach((name, value) -> {
            if (!name.equals("problem") && !name.equals("would_run")) {
                out.printf("%-20s %s%n", name, Objects.requireNonNullElse(value, "none"));
            }
        });
        Object problem = report.get("problem");
        out.println(problem == null ? "It would run here." : "It would not run here: " + problem);
    }
}

package dev.scriptorium.node.service;

import dev.scriptorium.batch.DryRun;
import dev.scriptorium.checkpoint.Checkpoint;
import dev.scriptorium.checkpoint.CheckpointFiles;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Sampling;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.simulation.DummyModel;
import dev.scriptorium.simulation.DummySettings;
import dev.scriptorium.simulation.DummyTokenizer;
import dev.scriptorium.worker.PromptCheck;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** What the workers of a pipeline would say of prompts: of each model only what stands beside its weights is read. */
public final class PromptChecks implements DryRun.Judge {
    private final Pipeline pipeline;
    private final PipelineOptions options;
    private final Map<String, PromptCheck> checks = new HashMap<>();

    public PromptChecks(Pipeline pipeline, PipelineOptions options) {
        this.pipeline = pipeline;
        this.options = options;
    }

    @Override
    public DryRun.Verdict judge(Prompt prompt, Instant now) {
        String model = prompt.model() == null ? pipeline.defaultModel().name() : prompt.model();
        PromptCheck check = checks.computeIfAbsent(model, this::open);
        return switch (check.check(prompt, now)) {
            case PromptCheck.Verdict.Counted(int promptTokens, long completionTokensMax) ->
                new DryRun.Verdict.Counted(promptTokens, completionTokensMax);
            case PromptCheck.Verdict.Rejected(var rejection) -> new DryRun.Verdict.Rejected(rejection);
        };
    }

    private PromptCheck open(String name) {
        Pipeline.Model model = pipeline.models().get(name);
        if (model == null) {
            throw new IllegalStateException("model '" + name + "' was routed, but is not in the pipeline");
        }
        if (DummySettings.isMeantBy(model.path())) {
            DummySettings dummy = DummySettings.parse(model.path());
            DummyTokenizer tokenizer = new DummyTokenizer(dummy);
            PromptCheck.Sizes sizes = new PromptCheck.Sizes(tokenizer.vocabularySize(), dummy.contextTokens());
            return new PromptCheck(name, sizes, tokenizer, tokenizer, Sampling.UNSAID, DummyModel.endIds());
        }
        try (CheckpointFiles files = Checkpoint.open(options.modelFile(model))) {
            CheckpointFiles.Contents contents = files.contents();
            return new PromptCheck(
                    name,
                    new PromptCheck.Sizes(
                            contents.config().vocabularySize(),
                            contents.config().contextLength()),
                    contents.tokenizer(),
                    contents.chat(),
                    WorkerNode.sampling(contents.generation()),
                    contents.endIds());
        }
    }
}

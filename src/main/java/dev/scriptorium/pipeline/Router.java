package dev.scriptorium.pipeline;

import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides where a prompt goes: a pure function of pipeline, prompt and time, total, so every prompt gets exactly one
 * answer. A prompt that names no model asks for the default one.
 */
public final class Router {
    /** Model names are up to 256 characters, and a suggestion is not worth a table of that size for a hostile one. */
    private static final int SUGGESTION_CHARACTERS_MAX = 64;

    private final Pipeline pipeline;
    private final Forms forms = new Forms();
    private final Map<String, Lane> lanes = new HashMap<>();

    public Router(Pipeline pipeline) {
        this.pipeline = pipeline;
        pipeline.lanes().forEach(lane -> lanes.put(lane.name(), lane));
    }

    /** @param now decides whether the prompt's deadline has passed, and stands in the rejection */
    public Routing route(Prompt prompt, Instant now) {
        if (prompt.deadline() != null && !now.isBefore(prompt.deadline())) {
            return refuse(
                    prompt,
                    ErrorCode.DEADLINE_EXCEEDED,
                    "the deadline %s had passed when the prompt arrived at %s".formatted(prompt.deadline(), now),
                    "deadline",
                    now);
        }
        String name = prompt.model() != null
                ? prompt.model()
                : pipeline.defaultModel().name();
        Pipeline.Model model = pipeline.models().get(name);
        if (model == null) {
            return refuse(prompt, ErrorCode.MODEL_NOT_FOUND, unknownModel(name), "model", now);
        }
        String problem = forms.problem(prompt.answer().format());
        if (problem != null) {
            return refuse(
                    prompt,
                    ErrorCode.INVALID_VALUE,
                    "field 'response_format' cannot be enforced: " + problem,
                    "response_format",
                    now);
        }
        for (Route route : pipeline.routes()) {
            Lane lane = lanes.get(route.lane());
            if (lane != null && lane.model().equals(name) && route.when().hold(prompt, name)) {
                return new Routing.ToLane(
                        lane, prompt.resolved(name, prompt.sampling().orElse(model.sampling())));
            }
        }
        return refuse(prompt, ErrorCode.NO_ROUTE, noRoute(prompt, name), null, now);
    }

    private String unknownModel(String name) {
        return "model '%s' is not in this pipeline (models: %s).%s"
                .formatted(
                        name,
                        String.join(", ", pipeline.models().keySet()),
                        name.length() > SUGGESTION_CHARACTERS_MAX
                                ? ""
                                : Spelling.didYouMean(name, pipeline.models().keySet()));
    }

    private static String noRoute(Prompt prompt, String model) {
        return "no route takes priority '%s', model '%s', tenant '%s', job '%s'"
                .formatted(
                        PipelineRules.word(prompt.priority()),
                        model,
                        prompt.tenant(),
                        prompt.request().job());
    }

    private static Routing refuse(Prompt prompt, ErrorCode code, String message, @Nullable String field, Instant now) {
        return new Routing.Refused(Rejection.of(prompt, code, message, field, now));
    }
}

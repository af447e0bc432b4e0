package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.JobView;
import dev.scriptorium.dataset.report.Report;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.InvalidFieldException;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.RequestId;
import dev.scriptorium.event.WorkerStatus;
import dev.scriptorium.gateway.report.ReportJson;
import dev.scriptorium.gateway.report.RowsView;
import dev.scriptorium.pipeline.Pipeline;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What the page shows. Counts are for everybody with a key; names of jobs, prompts, texts and messages only for their
 * own tenant and the operator.
 */
final class DashboardApi {
    private static final int JOBS_MAX = 200;
    private static final Map<String, String> PAGE_HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "Referrer-Policy",
            "no-referrer",
            "Cache-Control",
            "no-cache");

    private final Pipeline pipeline;
    private final Board board;
    private final LiveView live;
    private final LaneBacklogs backlogs;
    private final RowsView rows;
    private final InstantSource clock;

    /** The pages; each has a file of its name for what stands in the frame, and a script. */
    enum Shown {
        NOW("Scriptorium", "jobs", "scriptorium jobs"),
        DATASETS("Datasets · Scriptorium", "datasets", "scriptorium dataset run");

        private final String title;
        private final String things;
        /** What says the same in a terminal. */
        private final String command;

        Shown(String title, String things, String command) {
            this.title = title;
            this.things = things;
            this.command = command;
        }
    }

    DashboardApi(
            Pipeline pipeline, Board board, LiveView live, LaneBacklogs backlogs, RowsView rows, InstantSource clock) {
        this.pipeline = pipeline;
        this.board = board;
        this.live = live;
        this.backlogs = backlogs;
        this.rows = rows;
        this.clock = clock;
    }

    /** A page in the frame that all have, {@code page.html}. */
    void page(Call call, Shown shown) throws IOException {
        String name = shown.name().toLowerCase(Locale.ROOT);
        String page = text("page.html")
                .replace("${title}", shown.title)
                .replace("${things}", shown.things)
                .replace("${command}", shown.command)
                .replace("${script}", name + ".js")
                .replace("${" + name + "-current}", " aria-current=\"page\"")
                .replaceAll("\\$\\{[a-z]+-current\\}", "")
                .replace("${board}", text(name + ".html"));
        call.reply(200, "text/html; charset=utf-8", page.getBytes(StandardCharsets.UTF_8), PAGE_HEADERS);
    }

    /** What else the pages need. */
    void file(Call call, String resource, String type) throws IOException {
        call.reply(200, type, bytes(resource), PAGE_HEADERS);
    }

    private static String text(String resource) throws IOException {
        return new String(bytes(resource), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String resource) throws IOException {
        byte[] bytes = Gateway.resource("/dashboard/" + resource);
        if (bytes == null) {
            throw HttpProblem.notFound("the page is not in this build");
        }
        return bytes;
    }

    void overview(Call call) throws IOException {
        ObjectNode all = Call.JSON.createObjectNode();
        all.put("now", clock.instant().toString());
        all.put("pipeline", pipeline.name());
        all.put("tenant", call.tenant());
        jobs(all.putArray("jobs"), call);
        ArrayNode lanes = all.putArray("lanes");
        for (LaneBacklogs.Backlog lane : backlogs.look()) {
            lanes.addObject()
                    .put("name", lane.lane())
                    .put("model", lane.model())
                    .put("class", lane.service())
                    .put("waiting", lane.waiting())
                    .put("per_second", lane.perSecond());
        }
        ArrayNode workers = all.putArray("workers");
        live.workers().forEach(status -> worker(workers.addObject(), status));
        ObjectNode tokens = all.putObject("tokens");
        tokens.put("step_seconds", LiveView.SPEED_STEP.toSeconds());
        ArrayNode speed = tokens.putArray("per_second");
        live.speed().forEach(speed::add);
        rejections(all.putArray("rejections"), call);
        recent(all.putArray("recent"), call);
        call.reply(200, all);
    }

    /** One request: {@code ?job=…&id=…}. */
    void request(Call call) throws IOException {
        String job = Objects.requireNonNullElse(call.query("job"), RequestId.DEFAULT_JOB);
        String id = Objects.requireNonNullElse(call.query("id"), "");
        RequestTrace trace;
        try {
            trace = new RequestTrace(pipeline, new RequestId(job, id));
        } catch (InvalidFieldException e) {
            throw HttpProblem.invalid(e.field(), String.valueOf(e.getMessage()));
        }
        ObjectNode found = trace.follow();
        if (found == null || !call.maySee(trace.tenant())) {
            throw HttpProblem.notFound("no request '%s' of job '%s' is on the topics".formatted(id, job));
        }
        call.reply(200, found);
    }

    /**
     * All datasets, counts alone. Recipes run on nobody's account, so only the operator sees them where there are keys.
     */
    void datasets(Call call) throws IOException {
        ObjectNode all = Call.JSON.createObjectNode();
        all.put("now", clock.instant().toString());
        all.put("pipeline", pipeline.name());
        all.put("tenant", call.tenant());
        all.put("behind", rows.behind());
        all.put("problem", rows.problem());
        ArrayNode datasets = all.putArray("datasets");
        if (call.maySee(Prompt.DEFAULT_TENANT)) {
            rows.all().forEach(report -> ReportJson.line(datasets.addObject(), report));
        }
        call.reply(200, all);
    }

    /** One dataset: {@code ?job=…}. */
    void dataset(Call call) throws IOException {
        String job = Objects.requireNonNullElse(call.query("job"), "");
        Report report = call.maySee(Prompt.DEFAULT_TENANT) ? rows.of(job) : null;
        if (report == null) {
            throw HttpProblem.notFound("no row of a dataset '%s' is on the topics".formatted(job));
        }
        ObjectNode whole = Call.JSON.createObjectNode();
        ReportJson.whole(whole, report);
        call.reply(200, whole);
    }

    private void jobs(ArrayNode jobs, Call call) {
        List<JobView> views = board.jobs().stream()
                .map(board::view)
                .filter(Objects::nonNull)
                .filter(view -> call.maySee(
                        view.batch() == null
                                ? Prompt.DEFAULT_TENANT
                                : view.batch().tenant()))
                .sorted(Comparator.comparing(
                                (JobView view) -> Objects.requireNonNullElse(view.updatedAt(), Instant.EPOCH))
                        .reversed())
                .limit(JOBS_MAX)
                .toList();
        for (JobView view : views) {
            ObjectNode job = jobs.addObject();
            job.put("job", view.job());
            job.put("status", view.status());
            job.put("input", view.batch() == null ? null : view.batch().origin().name());
            job.put("requests", view.requests());
            job.put("completed", view.completed());
            job.put("rejected", view.rejected());
            job.put("prompt_tokens", view.promptTokens());
            job.put("completion_tokens", view.completionTokens());
            job.put(
                    "created_at",
                    view.batch() == null ? null : view.batch().createdAt().toString());
            job.put(
                    "updated_at",
                    view.updatedAt() == null ? null : view.updatedAt().toString());
        }
    }

    private void worker(ObjectNode worker, WorkerStatus status) {
        worker.put("name", status.name());
        worker.put("model", status.model());
        worker.put("weights_digest", status.weightsDigest());
        worker.put("runtime_version", status.runtimeVersion());
        worker.put("running", status.running());
        worker.put("waiting", status.waiting());
        worker.put("sequences_max", status.sequencesMax());
        worker.put("cache_tokens_used", status.cacheTokensUsed());
        worker.put("cache_tokens_max", status.cacheTokensMax());
        worker.put("prompt_tokens", status.promptTokens());
        worker.put("prefix_hit_tokens", status.prefixHitTokens());
        worker.put("generated_tokens", status.generatedTokens());
        worker.put("completions", status.completions());
        worker.put("rejections", status.rejections());
        worker.put("started_at", status.startedAt().toString());
        worker.put(
                "age_seconds",
                Math.max(0, Duration.between(status.at(), clock.instant()).toSeconds()));
    }

    private void rejections(ArrayNode rejections, Call call) {
        for (LiveView.Refused refused : live.rejections()) {
            ObjectNode entry = rejections.addObject();
            entry.put("code", refused.code());
            entry.put("count", refused.count());
            entry.put("meaning", meaning(refused.code()));
            if (call.maySee(refused.last().tenant())) {
                entry.putObject("example")
                        .put("job", refused.last().job())
                        .put("id", refused.last().id())
                        .put("message", refused.message())
                        .put("at", refused.last().at().toString());
            } else {
                entry.putNull("example");
            }
        }
    }

    private void recent(ArrayNode recent, Call call) {
        for (LiveView.Recent request : live.recent()) {
            if (call.maySee(request.tenant())) {
                recent.addObject()
                        .put("job", request.job())
                        .put("id", request.id())
                        .put("tokens", request.tokens())
                        .put("at", request.at().toString())
                        .put("completed", request.completed());
            }
        }
    }

    private static String meaning(String code) {
        for (ErrorCode known : ErrorCode.values()) {
            if (known.code().equals(code)) {
                return known.explanation();
            }
        }
        return "";
    }
}

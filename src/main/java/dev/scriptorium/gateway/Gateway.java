package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.scriptorium.batch.Board;
import dev.scriptorium.batch.BulkJob;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.gateway.report.RowsView;
import dev.scriptorium.pipeline.Pipeline;
import dev.scriptorium.pipeline.Topics;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The gateway, running. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final Duration TURN = Duration.ofMillis(200);
    private static final int STOP_SECONDS = 1;
    private static final Pattern LOCAL_HOST =
            Pattern.compile("(localhost|127\\.0\\.0\\.1|\\[::1])(:[0-9]{1,5})?", Pattern.CASE_INSENSITIVE);
    private static final String BEARER = "Bearer ";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Keys keys;
    private final GatewaySettings.Observer observer;
    private final Routes routes = new Routes();
    private final Board board;
    private final BatchRunner runner;
    private final AnswerDesk desk;
    private final LiveView live;
    private final LaneBacklogs backlogs;
    private final RowsView rows;
    private final KafkaProducer<byte[], byte[]> producer;
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final Thread view = new Thread(this::look, "gateway-view");

    /** Listens when this returns, and takes up the batches that were not over. */
    public static Gateway start(GatewaySettings settings, BulkJob.Topics topics, InstantSource clock)
            throws IOException {
        Pipeline pipeline = settings.pipeline();
        requireAnswersInKind(pipeline.topics());
        InetAddress host = InetAddress.getByName(settings.host());
        if (settings.keys().areNone() && !host.isLoopbackAddress()) {
            throw new IllegalStateException("the gateway shall listen on " + settings.host()
                    + ", where others can reach it, but there are no keys; name a file of them with --keys");
        }
        // Bound first: whoever has no port shall not begin anything.
        HttpServer server = HttpServer.create(new InetSocketAddress(host, settings.port()), 0);
        try {
            Gateway gateway = new Gateway(server, settings, topics, clock);
            gateway.begin();
            return gateway;
        } catch (RuntimeException e) {
            server.stop(0);
            throw e;
        }
    }

    private Gateway(HttpServer server, GatewaySettings settings, BulkJob.Topics topics, InstantSource clock) {
        Pipeline pipeline = settings.pipeline();
        Map<String, String> kafka = pipeline.kafka().common();
        this.server = server;
        this.keys = settings.keys();
        this.observer = settings.observer();
        this.producer = producer(pipeline);
        Cancellations cancellations =
                new Cancellations(producer, pipeline.topics().control().name(), clock);
        FileStore store = new FileStore(settings.folder());
        this.board = new Board(topics, kafka);
        this.runner = new BatchRunner(settings, topics, store, board, cancellations, clock);
        this.desk = new AnswerDesk(
                List.of(topics.completions(), topics.rejections()),
                topics.deadLetters(),
                pipeline.topics().tokens().name(),
                kafka);
        FilesApi files = new FilesApi(store, settings.limits(), clock);
        BatchesApi batches = new BatchesApi(store, board, runner, cancellations, settings.limits(), clock);
        CallsApi calls = new CallsApi(
                producer,
                topics.prompts(),
                desk,
                cancellations,
                pipeline.defaultModel().name(),
                settings.limits(),
                clock);
        this.live = new LiveView(List.of(topics.completions(), topics.rejections()), topics.workers(), kafka, clock);
        this.backlogs = new LaneBacklogs(pipeline, clock);
        this.rows = new RowsView(pipeline.topics().rows().name(), kafka, clock);
        DashboardApi dashboard = new DashboardApi(pipeline, board, live, backlogs, rows, clock);
        for (GatewaySettings.Page each : settings.pages()) {
            routes.add("GET", each.path(), each.needsKey(), call -> {
                GatewaySettings.Content content = each.read().apply(call.header("Accept"));
                call.reply(content.status(), content.type(), content.body(), Map.of());
            });
        }
        routes.add("GET", "/", false, call -> dashboard.page(call, DashboardApi.Shown.NOW));
        routes.add("GET", "/datasets", false, call -> dashboard.page(call, DashboardApi.Shown.DATASETS));
        file("/dashboard.css", dashboard, "dashboard.css", "text/css; charset=utf-8");
        for (String script : List.of("common.js", "now.js", "datasets.js")) {
            file("/" + script, dashboard, script, "text/javascript; charset=utf-8");
        }
        route("GET", "/dashboard/api/overview", dashboard::overview);
        route("GET", "/dashboard/api/datasets", dashboard::datasets);
        route("GET", "/dashboard/api/dataset", dashboard::dataset);
        route("GET", "/dashboard/api/request", dashboard::request);
        route("POST", "/v1/files", files::upload);
        route("GET", "/v1/files", files::list);
        route("GET", "/v1/files/([^/]+)", files::retrieve);
        route("GET", "/v1/files/([^/]+)/content", files::content);
        route("DELETE", "/v1/files/([^/]+)", files::delete);
        route("POST", "/v1/batches", batches::create);
        route("GET", "/v1/batches", batches::list);
        route("GET", "/v1/batches/([^/]+)", batches::retrieve);
        route("POST", "/v1/batches/([^/]+)/cancel", batches::cancel);
        route("POST", "/v1/chat/completions", call -> calls.create(call, "/v1/chat/completions"));
        route("POST", "/v1/completions", call -> calls.create(call, "/v1/completions"));
        route("GET", "/v1/models", call -> calls.models(call, pipeline.models().keySet()));
        route("GET", "/v1/models/(.+)", call -> calls.model(call, pipeline.models()));
    }

    /** {@code http://host:port}. */
    public String address() {
        InetSocketAddress bound = server.getAddress();
        return "http://" + bound.getAddress().getHostAddress() + ":" + bound.getPort();
    }

    /** Whether it still reads what it tells; if not, only a new one helps. */
    public boolean isAlive() {
        return view.isAlive();
    }

    /** Why it cannot serve now; null if it can. */
    public @Nullable String problem() {
        try {
            backlogs.look();
            return isAlive() ? null : "the topics are read no more";
        } catch (IllegalStateException e) {
            return e.getMessage();
        }
    }

    @Override
    public void close() {
        server.stop(STOP_SECONDS);
        threads.shutdownNow();
        stopping.set(true);
        runner.close();
        desk.close();
        try {
            view.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        rows.close();
        backlogs.close();
        producer.close();
    }

    private void begin() {
        board.catchUp();
        runner.resume();
        view.start();
        rows.start();
        server.createContext("/", this::serve);
        server.setExecutor(threads);
        server.start();
    }

    private void look() {
        try (board;
                live) {
            while (!stopping.get()) {
                board.poll(TURN);
                live.poll(TURN);
            }
        } catch (RuntimeException e) {
            LOG.error("the topics cannot be read any more; what the gateway says of batches grows old", e);
        }
    }

    private void route(String method, String path, Routes.Handler handler) {
        routes.add(method, path, true, handler);
    }

    /** The page itself is for everybody: it says nothing until it has a key. */
    private void file(String path, DashboardApi dashboard, String resource, String type) {
        routes.add("GET", path, false, call -> dashboard.file(call, resource, type));
    }

    private void serve(HttpExchange exchange) {
        long begun = System.nanoTime();
        String method = exchange.getRequestMethod();
        Routes.Match match = answer(exchange, method, exchange.getRequestURI().getRawPath());
        observer.answered(
                match == null ? GatewaySettings.Observer.OTHER : method,
                match == null ? GatewaySettings.Observer.OTHER : match.route().name(),
                exchange.getResponseCode(),
                Duration.ofNanos(System.nanoTime() - begun));
    }

    /** Gives the route that answered; null if there is none. */
    private Routes.@Nullable Match answer(HttpExchange exchange, String method, String path) {
        Routes.Match match = null;
        try (exchange) {
            try {
                match = routes.find(method, path);
                if (match == null) {
                    throw routes.isKnown(path)
                            ? HttpProblem.noSuchMethod(path + " does not take " + method)
                            : HttpProblem.notFound("there is no " + path + " here");
                }
                String tenant = match.route().needsKey() ? tenant(exchange) : Prompt.DEFAULT_TENANT;
                match.route().handler().handle(new Call(exchange, tenant, match.parts()));
            } catch (HttpProblem e) {
                reply(exchange, e);
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", method, path, e);
                reply(exchange, HttpProblem.unavailable("the gateway failed on this request; its log says more"));
            }
        } catch (IOException e) {
            LOG.debug("the client of {} is gone: {}", path, e.getMessage());
        }
        return match;
    }

    /** On whose account. Without keys, only programs of this machine are served, and no page of somebody else's. */
    private String tenant(HttpExchange exchange) {
        if (keys.areNone()) {
            String host = exchange.getRequestHeaders().getFirst("Host");
            String origin = exchange.getRequestHeaders().getFirst("Origin");
            boolean fromHere = exchange.getRemoteAddress().getAddress().isLoopbackAddress();
            if (!fromHere || host == null || !LOCAL_HOST.matcher(host).matches()) {
                throw HttpProblem.forbidden("without keys only this machine is served, as localhost");
            }
            if (origin != null && !host.equalsIgnoreCase(authority(origin))) {
                throw HttpProblem.forbidden("a page of " + origin + " may not ask here");
            }
            return Prompt.DEFAULT_TENANT;
        }
        String said = exchange.getRequestHeaders().getFirst("Authorization");
        if (said == null || !said.startsWith(BEARER)) {
            throw HttpProblem.noKey("a key is needed: send it as 'Authorization: Bearer KEY'");
        }
        String tenant = keys.tenant(said.substring(BEARER.length()).strip());
        if (tenant == null) {
            throw HttpProblem.noKey("the key is not known here");
        }
        return tenant;
    }

    private static @Nullable String authority(String origin) {
        try {
            return URI.create(origin).getRawAuthority();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static void reply(HttpExchange exchange, HttpProblem problem) throws IOException {
        if (exchange.getResponseCode() != -1) {
            // Too late: the status is sent. An end without its mark is how the client learns of it.
            return;
        }
        ObjectNode error = Call.JSON.createObjectNode();
        error.putObject("error")
                .put("message", problem.sentence())
                .put("type", problem.type())
                .put("param", problem.field())
                .put("code", problem.code());
        exchange.getResponseHeaders().set("Connection", "close");
        new Call(exchange, Prompt.DEFAULT_TENANT, List.of()).reply(problem.status(), error);
    }

    private static void requireAnswersInKind(Topics topics) {
        if (topics.completionFormat() == Topics.AnswerStyle.AVRO
                || topics.rejectionFormat() == Topics.AnswerStyle.AVRO) {
            throw new IllegalStateException("the gateway answers as OpenAI does, so topics.completions.format and"
                    + " topics.rejections.format must be as-prompt or json, not avro");
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(Pipeline pipeline) {
        Map<String, Object> settings = new HashMap<>(pipeline.kafka().forProducer());
        settings.put(ProducerConfig.ACKS_CONFIG, "all");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, "true");
        settings.put(
                ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                Integer.toString(pipeline.limits().messageBytesMax()));
        return new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** A file of the page, from the class path. */
    static byte @Nullable [] resource(String path) throws IOException {
        try (InputStream in = Gateway.class.getResourceAsStream(path)) {
            return in == null ? null : in.readAllBytes();
        }
    }
}

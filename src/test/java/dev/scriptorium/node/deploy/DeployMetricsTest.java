package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.metrics.Metric;
import dev.scriptorium.node.deploy.DeployFiles.Node;
import dev.scriptorium.node.service.RegisteredMeters;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Dashboard and alerts ask for metrics and labels that the code registers, in a language that Prometheus reads. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeployMetricsTest {
    private static final Set<String> WORDS = Set.of(
            "by",
            "on",
            "and",
            "or",
            "unless",
            "sum",
            "max",
            "min",
            "avg",
            "count",
            "rate",
            "increase",
            "deriv",
            "histogram_quantile");
    /** Labels that a scrape or somebody else's meter has. */
    private static final Set<String> LABELS_OF_OTHERS = Set.of("instance", "job", "part", "le", "area", "level");
    /** What Prometheus itself knows. */
    private static final Set<String> OF_PROMETHEUS = Set.of("up");

    private Set<String> registered = Set.of();
    private String scraped = "";

    @TempDir
    private Path folder;

    @BeforeAll
    void register() {
        try (RegisteredMeters meters = RegisteredMeters.ofAProcess()) {
            registered = new HashSet<>(meters.names());
            scraped = meters.scrape();
        }
    }

    /** Every expression of dashboard and alerts, by where it stands. */
    private static Map<String, String> expressions() throws IOException {
        Map<String, String> found = new LinkedHashMap<>();
        for (Node group : DeployFiles.yaml("prometheus/alerts.yml")
                .getFirst()
                .at("groups")
                .list()) {
            for (Node rule : group.at("rules").list()) {
                found.put(rule.at("alert").text(), rule.at("expr").text());
            }
        }
        JsonNode dashboard = new ObjectMapper()
                .readTree(Files.readString(DeployFiles.ROOT.resolve("grafana/dashboards/scriptorium.json")));
        for (JsonNode panel : dashboard.path("panels")) {
            for (JsonNode target : panel.path("targets")) {
                found.put(
                        panel.path("title").asText() + " "
                                + target.path("refId").asText(),
                        target.path("expr").asText());
            }
        }
        return found;
    }

    @Test
    void everyMetricOfDashboardAndAlertsIsRegistered() throws IOException {
        List<String> unknown = new ArrayList<>();
        Set<String> used = new TreeSet<>();
        expressions().forEach((where, expression) -> {
            for (String name : metricsIn(expression)) {
                used.add(name);
                String family = name.replaceFirst("_(bucket|sum|count)$", "");
                if (!registered.contains(name) && !registered.contains(family) && !OF_PROMETHEUS.contains(name)) {
                    unknown.add(where + ": " + name);
                }
            }
        });
        assertThat(unknown).isEmpty();
        assertThat(used).hasSizeGreaterThan(30);
    }

    @Test
    void dashboardShowsEveryMetricOfOurOwn() throws IOException {
        String all = String.join("\n", expressions().values());

        assertThat(Arrays.stream(Metric.values())
                        .filter(metric -> metric != Metric.BUILD_INFO)
                        .filter(metric -> metric != Metric.TOKENS_IN_HAND && metric != Metric.BATCH_FILL_PERC)
                        .map(Metric::prometheusName))
                .allSatisfy(name -> assertThat(all).contains(name));
    }

    @Test
    void everyLabelOfDashboardAndAlertsIsThere() throws IOException {
        Set<String> ours = Arrays.stream(Metric.values())
                .flatMap(metric -> metric.labels().stream())
                .collect(Collectors.toSet());
        List<String> unknown = new ArrayList<>();
        expressions()
                .forEach((where, expression) -> labelsIn(expression).stream()
                        .filter(label -> !ours.contains(label) && !LABELS_OF_OTHERS.contains(label))
                        .forEach(label -> unknown.add(where + ": " + label)));

        assertThat(unknown).isEmpty();
    }

    @Test
    void grafanaFindsDashboardAndPrometheusWhereComposePutsThem() throws IOException {
        Node compose = DeployFiles.yaml("compose/compose.yaml").getFirst().at("services");
        Node provider = DeployFiles.yaml("grafana/provisioning/dashboards/scriptorium.yml")
                .getFirst()
                .at("providers", 0, "options", "path");
        Node source = DeployFiles.yaml("grafana/provisioning/datasources/prometheus.yml")
                .getFirst()
                .at("datasources", 0);

        assertThat(compose.at("grafana", "volumes").texts())
                .contains("../grafana/dashboards:" + provider.text() + ":ro");
        assertThat(source.at("url").text()).isEqualTo("http://prometheus:9090");
        assertThat(compose.has("prometheus")).isTrue();
        assertThat(Files.readString(DeployFiles.ROOT.resolve("grafana/dashboards/scriptorium.json")))
                .contains("\"uid\": \"" + source.at("uid").text() + "\"");
    }

    @Test
    void promtoolReadsAlertsScrapeConfigurationAndWhatWeServe() throws IOException, InterruptedException {
        assumeTrue(isInstalled("promtool", "--version"), "promtool is not installed (Debian: prometheus)");

        assertThat(run(null, "promtool", "check", "rules", "deploy/prometheus/alerts.yml"))
                .contains("SUCCESS");
        assertThat(run(null, "promtool", "check", "config", "deploy/prometheus/prometheus.yml"))
                .contains("SUCCESS");
        String ours =
                scraped.lines().filter(line -> line.contains(Metric.PREFIX)).collect(Collectors.joining("\n")) + "\n";
        assertThat(run(ours, "promtool", "check", "metrics")).isEmpty();
    }

    @Test
    void systemdReadsTheUnits() throws IOException, InterruptedException {
        assumeTrue(isInstalled("systemd-analyze", "--version"), "systemd-analyze is not installed (Debian: systemd)");
        String launcher = Path.of("scriptorium").toAbsolutePath().toString();
        List<String> command = new ArrayList<>(List.of("systemd-analyze", "verify", "--man=no"));
        for (String unit : DeployFiles.units()) {
            Path file =
                    folder.resolve(String.valueOf(Path.of(unit).getFileName()).replace("@", "@9465"));
            Files.writeString(file, DeployFiles.read(unit).replace("/opt/scriptorium/scriptorium", launcher));
            command.add(file.toString());
        }

        assertThat(run(null, command.toArray(String[]::new))).doesNotContain(folder.toString());
    }

    private static Set<String> metricsIn(String expression) {
        String bare = expression
                .replaceAll("\"[^\"]*\"", "")
                .replaceAll("\\{[^}]*}", "")
                .replaceAll("\\[[^]]*]", "")
                .replaceAll("\\b(by|on)\\s*\\([^)]*\\)", "");
        Set<String> names = new TreeSet<>();
        Matcher word = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*").matcher(bare);
        while (word.find()) {
            if (!WORDS.contains(word.group())) {
                names.add(word.group());
            }
        }
        return names;
    }

    private static Set<String> labelsIn(String expression) {
        Set<String> labels = new TreeSet<>();
        Matcher grouped = Pattern.compile("\\b(?:by|on)\\s*\\(([^)]*)\\)").matcher(expression);
        while (grouped.find()) {
            Arrays.stream(grouped.group(1).split(",", -1))
                    .map(String::strip)
                    .filter(label -> !label.isEmpty())
                    .forEach(labels::add);
        }
        Matcher matched = Pattern.compile("[{,]\\s*([a-z_]+)\\s*(?:=~|!=|!~|=)").matcher(expression);
        while (matched.find()) {
            labels.add(matched.group(1));
        }
        return labels;
    }

    private static boolean isInstalled(String... command) throws InterruptedException {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    /** What it says, if it ends well. */
    private static String run(@Nullable String input, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (OutputStream in = process.getOutputStream()) {
            if (input != null) {
                in.write(input.getBytes(StandardCharsets.UTF_8));
            }
        }
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}

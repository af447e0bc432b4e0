package dev.scriptorium.node.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.scriptorium.node.Main;
import dev.scriptorium.node.deploy.DeployFiles.Call;
import dev.scriptorium.node.deploy.DeployFiles.Node;
import dev.scriptorium.node.process.Shutdown;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.utils.AppInfoParser;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What is in {@code deploy/} is what the program understands. */
class DeployTest {
    private static final List<String> INSTRUCTIONS =
            List.of("FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD");
    /** How long the program takes to put its things away beside what it drains, in seconds. */
    private static final int TIDY_UP_SECONDS = 20;

    static Stream<Path> files() {
        return DeployFiles.all().stream();
    }

    static Stream<Call> calls() {
        return DeployFiles.calls().stream();
    }

    static CommandLine program() {
        return Main.commandLine(new Shutdown(), InstantSource.fixed(Instant.EPOCH));
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyFileIsOfAKindThatATestReads(Path file) throws IOException {
        String name = DeployFiles.ROOT.relativize(file).toString();
        if (name.endsWith(".yaml") || name.endsWith(".yml")) {
            assertThat(DeployFiles.yaml(name)).isNotEmpty();
        } else if (name.endsWith(".json")) {
            assertThat(new ObjectMapper().readTree(Files.readString(file)).isObject())
                    .isTrue();
        } else if (name.endsWith(".service")) {
            assertThat(DeployFiles.unit(name)).containsKeys("Unit", "Service", "Install");
        } else {
            assertThat(name).isIn("README.md", "acls.txt", "docker/Dockerfile", "docker/Dockerfile.dockerignore");
        }
    }

    @ParameterizedTest
    @MethodSource("calls")
    void programUnderstandsItsCommandAndOptions(Call call) {
        CommandLine.ParseResult parsed = program().parseArgs(call.arguments().toArray(String[]::new));

        assertThat(parsed.hasSubcommand()).as(call.where()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("calls")
    void serviceTellsHowItIsAndAGatewayThatOthersReachHasKeys(Call call) {
        if (call.command().equals("topics")) {
            return;
        }
        assertThat(call.option("--metrics-port")).as(call.where()).isNotNull();
        assertThat(call.option("--log-format")).as(call.where()).isEqualTo("json");
        if (call.command().equals("gateway")) {
            assertThat(call.option("--keys")).as(call.where()).isNotNull();
        }
    }

    @Test
    void composeAsksForHealthAndPublishesPortsThatItsServicesListenOn() {
        DeployFiles.composeParts().forEach((name, service) -> {
            Call call = new Call(name, service.at("command").texts());
            String port = call.option("--metrics-port");
            if (port != null) {
                assertThat(service.at("healthcheck", "test").texts().getLast())
                        .contains("/dev/tcp/127.0.0.1/" + port + " ", "GET /health/ready HTTP");
                assertThat(seconds(service.at("stop_grace_period").text())).isGreaterThan(stopSeconds(call));
            }
            for (String published : service.find("ports").texts()) {
                assertThat(published).endsWith(":" + call.option("--http-port"));
            }
        });
    }

    @Test
    void prometheusScrapesEveryServiceOfComposeOnItsPort() {
        // Given
        Node job = DeployFiles.yaml("prometheus/prometheus.yml").getFirst().at("scrape_configs", 0);
        Map<String, Node> parts = DeployFiles.composeParts();

        // When
        Node found = job.at("dns_sd_configs", 0);

        // Then
        Set<String> measured = parts.entrySet().stream()
                .filter(part -> portOf(part.getValue()) != null)
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        assertThat(found.at("names").texts()).containsExactlyInAnyOrderElementsOf(measured);
        measured.forEach(name ->
                assertThat(portOf(parts.get(name))).isEqualTo(found.at("port").text()));
    }

    private static @Nullable String portOf(@Nullable Node service) {
        return service == null ? null : new Call("", service.at("command").texts()).option("--metrics-port");
    }

    @Test
    void composeRunsTheKafkaThatTheProgramIsBuiltWith() {
        String image = DeployFiles.yaml("compose/compose.yaml")
                .getFirst()
                .at("services", "broker", "image")
                .text();

        assertThat(image).isEqualTo("apache/kafka:" + AppInfoParser.getVersion());
    }

    @Test
    void podsAreProbedOnTheirPortsAndGetTheTimeThatTheyNeedToStop() {
        DeployFiles.pods().forEach((file, pod) -> {
            Node container = pod.at("containers", 0);
            Call call = new Call(file, container.at("args").texts());
            Map<String, String> ports = container.at("ports").list().stream()
                    .collect(Collectors.toMap(
                            port -> port.at("name").text(),
                            port -> port.at("containerPort").text()));
            assertThat(ports.get("metrics")).isEqualTo(call.option("--metrics-port"));
            assertThat(ports.get("http")).isEqualTo(call.option("--http-port"));
            assertThat(container.at("livenessProbe", "httpGet", "path").text()).isEqualTo("/health/live");
            assertThat(container.at("readinessProbe", "httpGet", "path").text()).isEqualTo("/health/ready");
            for (String probe : List.of("startupProbe", "livenessProbe", "readinessProbe")) {
                assertThat(container.at(probe, "httpGet", "port").text()).isEqualTo("metrics");
            }
            assertThat(pod.at("terminationGracePeriodSeconds").number()).isGreaterThan(stopSeconds(call));
            List<String> volumes = pod.at("volumes").list().stream()
                    .map(volume -> volume.at("name").text())
                    .collect(Collectors.toCollection(ArrayList::new));
            volumes.add("state");
            container
                    .at("volumeMounts")
                    .list()
                    .forEach(mount -> assertThat(mount.at("name").text()).isIn(volumes));
        });
    }

    @Test
    void unitsStartTheLauncherAsNobodySpecialAndWaitUntilItHasStopped() {
        int portsSeen = 0;
        for (String file : DeployFiles.units()) {
            Map<String, String> service = DeployFiles.unit(file).getOrDefault("Service", Map.of());
            Call call = DeployFiles.calls().stream()
                    .filter(each -> each.where().equals(file))
                    .findFirst()
                    .orElseThrow();
            assertThat(service.get("ExecStart")).startsWith("/opt/scriptorium/scriptorium ");
            assertThat(service.get("User")).isEqualTo("scriptorium");
            assertThat(Integer.parseInt(String.valueOf(service.get("TimeoutStopSec"))))
                    .isGreaterThan(stopSeconds(call) - 1);
            assertThat("/var/lib/" + service.get("StateDirectory"))
                    .isEqualTo(String.valueOf(call.option("--state")).replace("9465", "%i"));
            portsSeen++;
        }
        assertThat(portsSeen).isEqualTo(3);
    }

    @Test
    void kustomizationHasEveryFileOfItsFolder() {
        List<String> listed = DeployFiles.yaml("kubernetes/kustomization.yaml")
                .getFirst()
                .at("resources")
                .texts();

        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(DeployFiles.all().stream()
                        .filter(file -> file.startsWith("deploy/kubernetes"))
                        .map(file -> String.valueOf(file.getFileName()))
                        .filter(name -> !name.equals("kustomization.yaml"))
                        .toList());
    }

    @Test
    void imageIsMadeOfFilesThatAreThereAndRunsTheLauncherAsNobodySpecial() throws IOException {
        // Given
        List<String[]> instructions = instructions();

        // When
        List<String> copied = instructions.stream()
                .filter(each -> each[0].equals("COPY") && !each[1].startsWith("--from="))
                .flatMap(each -> Arrays.stream(each[1].split("\\s+", -1)).limit(each[1].split("\\s+", -1).length - 1))
                .toList();

        // Then
        assertThat(copied).isNotEmpty().allMatch(source -> Files.exists(Path.of(source)));
        assertThat(instructions).allMatch(each -> INSTRUCTIONS.contains(each[0]));
        assertThat(last(instructions, "ENTRYPOINT")).isEqualTo("[\"/opt/scriptorium/scriptorium\"]");
        assertThat(Integer.parseInt(last(instructions, "USER"))).isPositive();
        assertThat(last(instructions, "EXPOSE")).isEqualTo("8080 9464");
        String launcher = Files.readString(Path.of("scriptorium"));
        assertThat(launcher).contains("$home/target/lib/*", "\"$home\"/target/scriptorium-*.jar");
        assertThat(last(instructions, "COPY")).isEqualTo("--from=build /src/target/scriptorium-*.jar target/");
    }

    @Test
    void imagesJavaHasTheModulesThatTheLauncherAsksFor() throws IOException {
        // Given
        String jlink = instructions().stream()
                .filter(each -> each[0].equals("RUN") && each[1].startsWith("jlink"))
                .map(each -> each[1])
                .findFirst()
                .orElseThrow();
        Matcher asked = Pattern.compile("--add-modules (\\S+)").matcher(Files.readString(Path.of("scriptorium")));

        // When
        Set<String> modules = Set.of(jlink.substring(jlink.lastIndexOf(' ') + 1).split(",", -1));

        // Then
        Set<String> known = ModuleFinder.ofSystem().findAll().stream()
                .map(ModuleReference::descriptor)
                .map(descriptor -> descriptor.name())
                .collect(Collectors.toSet());
        assertThat(known).containsAll(modules);
        assertThat(asked.find()).isTrue();
        assertThat(modules).contains(asked.group(1), "java.se", "jdk.httpserver", "jdk.unsupported", "jdk.management");
    }

    /** Instructions with what follows them; continued lines are joined, comments are left out. */
    static List<String[]> instructions() {
        String text = DeployFiles.read("docker/Dockerfile")
                .replaceAll("(?m)^#.*\n", "")
                .replaceAll("\\\\\n\\s*", "");
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.split(" ", 2))
                .toList();
    }

    private static String last(List<String[]> instructions, String name) {
        return instructions.stream()
                .filter(each -> each[0].equals(name))
                .reduce((a, b) -> b)
                .orElseThrow()[1];
    }

    private static int stopSeconds(Call call) {
        String drain = call.option("--drain-seconds");
        return (drain == null ? 0 : Integer.parseInt(drain)) + TIDY_UP_SECONDS;
    }

    private static int seconds(String text) {
        assertThat(text).matches("\\d+s");
        return Integer.parseInt(text.substring(0, text.length() - 1));
    }
}

package dev.scriptorium.node;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebDriver;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.support.ui.WebDriverWait;

/** The page in a real browser. */
class DashboardIT {
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    private static final Path PICTURES = Path.of("target/dashboard");

    @TempDir
    Path folder;

    @Test
    void showsJobsLanesWorkersRejectionsAndOneRequestFromPromptToText() throws Exception {
        // Given
        Path browser = program("chromium", "chromium-browser", "google-chrome");
        Path driver = program("chromedriver");
        if (browser == null || driver == null) {
            abort("needs chromium and chromium-driver (Debian has both)");
            return;
        }
        int kafka = freePort();
        int http = freePort();
        try (Launched serve = Launched.start(
                folder,
                "serve",
                "--port",
                String.valueOf(kafka),
                "--http-port",
                String.valueOf(http),
                "--state",
                folder + "/state")) {
            serve.until(() -> says(serve, "http://127.0.0.1:" + http));
            submit(kafka, "stories", stories());
            ChromeDriver page = chrome(browser, driver);
            try {
                // When
                page.get("http://127.0.0.1:" + http + "/");

                // Then
                check(page);
                pictures(page, "");
                makeDataset(kafka);
                page.get("http://127.0.0.1:" + http + "/datasets");
                checkDataset(page);
                pictures(page, "datasets-");
            } finally {
                page.quit();
            }
        }
    }

    private void check(WebDriver page) {
        until(page, "#state", "live");
        until(page, "#jobs", "60 of 60");
        assertThat(text(page, "#jobs")).contains("stories", "57 completed, 3 rejected");
        until(page, "#workers", "57 completions");
        until(page, "#lanes", "0 waiting");
        assertThat(text(page, "#lanes")).contains("interactive", "bulk");
        assertThat(text(page, "#workers")).contains("batch", "cache", "prefix hits", "scrivener-1m");
        until(page, "#rejections", "temprature");
        assertThat(text(page, "#rejections")).contains("invalid_value", "from 0 to 2", "unknown_field", "temprature");
        page.findElement(By.id("job")).sendKeys("stories");
        page.findElement(By.id("id")).sendKeys("story-7");
        page.findElement(By.cssSelector("#follow-form button")).click();
        until(page, "#trace", "settled, exactly once");
        assertThat(text(page, "#trace"))
                .contains("put on lane 'bulk', attempt 1", "Once upon a time", "queue", "prefill", "decode", "sha256:");
        // Nothing came from anywhere else, and nothing went wrong on the page.
        assertThat(page.manage().logs().get("browser").getAll()).isEmpty();
        for (WebElement field : page.findElements(By.cssSelector("#board input"))) {
            assertThat(field.getAccessibleName()).isNotBlank();
        }
    }

    private void makeDataset(int kafka) throws Exception {
        try (Launched run = Launched.start(
                folder,
                "dataset",
                "run",
                "topology/examples/synthetic-data.yaml",
                "--bootstrap-server",
                "127.0.0.1:" + kafka,
                "--state",
                folder + "/dataset-state",
                "--output",
                folder + "/tales")) {
            assertThat(run.waitFor()).as(run.said()).isZero();
        }
    }

    private static void checkDataset(WebDriver page) {
        until(page, "#state", "live");
        until(page, "#datasets", "120 of 120");
        assertThat(text(page, "#datasets")).contains("synthetic-data", "completed", "texts drawn again");
        until(page, "#f-ended", "100 %");
        assertThat(text(page, "#fates-legend")).contains("kept", "dropped by gates", "duplicates found");
        assertThat(text(page, "#gates")).contains("repetition", "near duplicates", "drawn again");
        assertThat(text(page, "#histogram")).contains("33–48");
        assertThat(text(page, "#templates")).contains("story", "howto", "explanation");
        assertThat(text(page, "#audiences")).contains("children", "grown-ups");
        assertThat(page.findElements(By.cssSelector("#samples .text"))).hasSize(12);
        assertThat(page.manage().logs().get("browser").getAll()).isEmpty();
    }

    /** For people who change the page: it as light, dark, and on a phone. */
    private static void pictures(ChromeDriver page, String name) throws IOException {
        Files.createDirectories(PICTURES);
        for (String theme : List.of("light", "dark")) {
            page.executeCdpCommand(
                    "Emulation.setEmulatedMedia",
                    Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
            picture(page, name + theme, 1180);
            picture(page, name + theme + "-phone", 390);
        }
    }

    private static void picture(ChromeDriver page, String name, int width) throws IOException {
        page.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 900, "deviceScaleFactor", 1.5, "mobile", width < 500));
        Number height = (Number) requireNonNull(page.executeScript("return document.documentElement.scrollHeight"));
        Number wide = (Number) requireNonNull(page.executeScript("return document.documentElement.scrollWidth"));
        assertThat(wide.intValue())
                .as("nothing sticks out at a width of " + width)
                .isLessThanOrEqualTo(width);
        page.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1.5, "mobile", width < 500));
        Files.write(PICTURES.resolve(name + ".png"), page.getScreenshotAs(OutputType.BYTES));
    }

    private static List<String> stories() {
        List<String> lines = new ArrayList<>();
        for (int i = 1; i <= 57; i++) {
            lines.add("{\"id\": \"story-%d\", \"prompt\": \"Once upon a time there was a\", \"max_tokens\": %d}"
                    .formatted(i, 40 + i));
        }
        lines.add("{\"id\": \"cold\", \"prompt\": \"Rain is\", \"temperature\": -1}");
        lines.add("{\"id\": \"typo\", \"prompt\": \"Rain is\", \"temprature\": 0.5}");
        lines.add("{\"id\": \"elsewhere\", \"prompt\": \"Rain is\", \"model\": \"scrivener-2m\"}");
        return lines;
    }

    private void submit(int kafka, String job, List<String> lines) throws Exception {
        Path input = folder.resolve(job + ".jsonl");
        Files.write(input, lines);
        try (Launched submit =
                Launched.start(folder, "submit", input.toString(), "--bootstrap-server", "127.0.0.1:" + kafka)) {
            assertThat(submit.waitFor()).as(submit.said()).isZero();
        }
    }

    private static ChromeDriver chrome(Path browser, Path driver) {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(browser.toFile());
        options.addArguments("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
        File executable = driver.toFile();
        return new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(executable)
                        .build(),
                options);
    }

    private static void until(WebDriver page, String place, String words) {
        new WebDriverWait(page, PATIENCE)
                .withMessage(() -> place + " should say '" + words + "', but says: " + text(page, place))
                .until(shown -> text(shown, place).contains(words));
    }

    private static String text(WebDriver page, String place) {
        return page.findElement(By.cssSelector(place)).getText();
    }

    private static @Nullable Path program(String... names) {
        for (String name : names) {
            for (String place : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                if (Files.isExecutable(Path.of(place, name))) {
                    return Path.of(place, name);
                }
            }
        }
        return null;
    }

    private static boolean says(Launched launched, String words) {
        try {
            return launched.said().contains(words);
        } catch (IOException e) {
            return false;
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}

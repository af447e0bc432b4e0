package dev.scriptorium.node.models;

import dev.scriptorium.checkpoint.hub.HubPull;
import dev.scriptorium.checkpoint.hub.HubRepository;
import dev.scriptorium.node.process.ExitCode;
import dev.scriptorium.node.process.Shutdown;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A model from a hub into the cache folder. */
@Command(
        name = "pull",
        description = "Brings a model from Hugging Face's hub, or a mirror, and prints where it is. A broken download"
                + " goes on where it ended; every file is checked against the hub's checksum.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nEnvironment:%n",
        footer = {
            "  HF_TOKEN     token for models that ask for one; goes to the hub alone",
            "  HF_ENDPOINT  address of a mirror; default https://huggingface.co"
        })
final class PullCommand implements Callable<Integer> {
    private static final String HUB = "https://huggingface.co";
    private static final long PAUSE_STEP_MILLIS = 200;

    private final Shutdown shutdown;
    private final InstantSource clock;

    @Parameters(paramLabel = "OWNER/NAME[@REVISION]", description = "The model, for example HuggingFaceTB/cosmo-1b.")
    private String model = "";

    @Option(
            names = "--file",
            paramLabel = "FILE",
            description = "One GGUF file of it. Default: config, tokenizer and safetensors.")
    private @Nullable String file;

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Where models are kept. Default: .cache/scriptorium/models in your home.")
    private @Nullable Path cache;

    PullCommand(Shutdown shutdown, InstantSource clock) {
        this.shutdown = shutdown;
        this.clock = clock;
    }

    @Override
    public Integer call() throws InterruptedException {
        HubRepository repository = HubRepository.parse(model);
        Path folder = cache != null ? cache : Path.of(System.getProperty("user.home"), ".cache/scriptorium/models");
        HubPull pull = new HubPull(endpoint(), nonEmpty(System.getenv("HF_TOKEN")), folder, this::pause);
        try (Shutdown.Guard _ = shutdown.guard();
                PullDisplay display = new PullDisplay()) {
            System.out.println(pull.pull(repository, file, display));
            return ExitCode.OK.code();
        } catch (CancellationException e) {
            System.err.println("stopped; the same command goes on");
            return ExitCode.INTERRUPTED.code();
        }
    }

    private static URI endpoint() {
        String stated = nonEmpty(System.getenv("HF_ENDPOINT"));
        String address = stated == null ? HUB : stated;
        try {
            return URI.create(address.endsWith("/") ? address.substring(0, address.length() - 1) : address);
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("HF_ENDPOINT is '" + address + "', which is no address", e);
        }
    }

    private static @Nullable String nonEmpty(@Nullable String value) {
        return value == null || value.isBlank() ? null : value.strip();
    }

    private void pause(Duration time) throws InterruptedException {
        System.err.println("the connection broke; trying again in " + time.toSeconds() + " s");
        for (long left = time.toMillis(); left > 0; left -= PAUSE_STEP_MILLIS) {
            stopIfAsked();
            Thread.sleep(Math.min(left, PAUSE_STEP_MILLIS));
        }
    }

    private void stopIfAsked() {
        if (shutdown.isRequested()) {
            throw new CancellationException("stopped");
        }
    }

    /** Progress of all files together. */
    private final class PullDisplay implements HubPull.Progress, AutoCloseable {
        private @Nullable BytesDisplay bytes;

        @Override
        public void begin(long bytesTotal) {
            bytes = new BytesDisplay("loading", bytesTotal, System.err, System.console() != null, clock);
        }

        @Override
        public void at(long bytesDone) {
            stopIfAsked();
            if (bytes != null) {
                bytes.show(bytesDone);
            }
        }

        @Override
        public void close() {
            if (bytes != null) {
                bytes.close();
            }
        }
    }
}

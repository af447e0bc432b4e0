package dev.scriptorium.checkpoint.hub;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the hub says of a model at one commit.
 *
 * @param commit that the revision stands for
 * @param files all that are there
 */
record HubModel(HubRepository repository, String commit, List<HubFile> files) {
    private static final int ANSWER_BYTES_MAX = 16 << 20;
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,199}");
    private static final Pattern SHARD = Pattern.compile("model-\\d{5}-of-\\d{5}\\.safetensors");
    private static final String WEIGHTS = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final Set<String> BESIDE_WEIGHTS = Set.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer.model",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "added_tokens.json",
            "chat_template.jinja");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IOException if the connection fails */
    static HubModel ask(HubConnection hub, HubRepository repository) throws IOException {
        String path = "/api/models/" + repository.path() + "/revision/" + repository.revision() + "?blobs=true";
        HttpURLConnection answer = hub.get(path, 0);
        try {
            requireOk(hub, repository, answer.getResponseCode());
            byte[] bytes;
            try (InputStream body = answer.getInputStream()) {
                bytes = body.readNBytes(ANSWER_BYTES_MAX + 1);
            }
            if (bytes.length > ANSWER_BYTES_MAX) {
                throw new HubException(
                        "the hub's answer on " + repository + " has more than " + ANSWER_BYTES_MAX + " bytes");
            }
            return read(repository, JSON.readTree(bytes));
        } catch (JacksonException e) {
            throw new HubException(hub.endpoint() + path + " does not answer with JSON; is it a hub?", e);
        } finally {
            answer.disconnect();
        }
    }

    static void requireOk(HubConnection hub, HubRepository repository, int status) throws IOException {
        switch (status) {
            case 200, 206 -> {}
            case 401, 403 ->
                throw new HubException(hub.endpoint() + " does not give " + repository + " (status " + status
                        + "): it is not there, or needs a token of somebody who accepted its terms, in HF_TOKEN");
            case 404 -> throw new HubException(hub.endpoint() + " has no model " + repository + " (status 404)");
            default -> {
                if (status >= 500 || status == 408 || status == 429) {
                    throw new IOException("status " + status);
                }
                throw new HubException(hub.endpoint() + " answers " + repository + " with status " + status);
            }
        }
    }

    private static HubModel read(HubRepository repository, JsonNode answer) {
        String commit = answer.path("sha").asText();
        if (!COMMIT.matcher(commit).matches()) {
            throw new HubException("the hub says that " + repository + " is the commit '" + commit
                    + "', which is not 40 or 64 hex digits");
        }
        List<HubFile> files = new ArrayList<>();
        for (JsonNode file : answer.path("siblings")) {
            JsonNode size = file.path("size");
            JsonNode sha256 = file.path("lfs").path("sha256");
            if (file.path("rfilename").isTextual() && size.isIntegralNumber() && size.longValue() >= 0) {
                files.add(new HubFile(
                        file.path("rfilename").textValue(),
                        size.longValue(),
                        sha256.isTextual() ? sha256.textValue() : null,
                        file.path("blobId").isTextual() ? file.path("blobId").textValue() : null));
            }
        }
        return new HubModel(repository, commit, List.copyOf(files));
    }

    /**
     * The files that a Llama needs, smallest first.
     *
     * @param only path of the one file that is wanted, or null for config, tokenizer and safetensors
     */
    List<HubFile> needed(@Nullable String only) {
        List<HubFile> needed = only == null ? folder() : List.of(named(only));
        for (HubFile file : needed) {
            if (!Arrays.stream(file.path().split("/", -1))
                    .allMatch(part -> PLAIN_NAME.matcher(part).matches())) {
                throw new HubException(repository + " has the file '" + file.path()
                        + "', whose name is not made of letters, digits, dots, hyphens and underlines");
            }
        }
        return needed.stream().sorted(Comparator.comparingLong(HubFile::bytes)).toList();
    }

    private HubFile named(String path) {
        return files.stream()
                .filter(file -> file.path().equals(path))
                .findFirst()
                .orElseThrow(() -> {
                    List<String> ggufs = ggufs();
                    return new HubException(repository + " has no file '" + path + "'"
                            + (ggufs.isEmpty() ? "" : "; its GGUF files are " + String.join(", ", ggufs)));
                });
    }

    private List<String> ggufs() {
        return files.stream()
                .map(HubFile::path)
                .filter(path -> path.endsWith(".gguf"))
                .toList();
    }

    private List<HubFile> folder() {
        boolean whole = files.stream().anyMatch(file -> file.path().equals(WEIGHTS));
        boolean sharded = files.stream().anyMatch(file -> file.path().equals(INDEX));
        if (!whole && !sharded) {
            List<String> ggufs = ggufs();
            throw new HubException(repository + " has no safetensors"
                    + (ggufs.isEmpty()
                            ? ", and other weights are not read"
                            : "; choose one of its GGUF files with --file: " + String.join(", ", ggufs)));
        }
        return files.stream()
                .filter(file -> BESIDE_WEIGHTS.contains(file.path())
                        || (whole
                                ? file.path().equals(WEIGHTS)
                                : file.path().equals(INDEX)
                                        || SHARD.matcher(file.path()).matches()))
                .toList();
    }
}

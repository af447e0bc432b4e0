package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import org.apache.commons.fileupload2.core.FileItemInput;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.FileUploadException;
import org.apache.commons.fileupload2.core.FileUploadSizeException;

/** {@code /v1/files}. */
final class FilesApi {
    private static final int FIELD_CHARACTERS_MAX = 512;

    private final FileStore store;
    private final GatewayLimits limits;
    private final InstantSource clock;

    FilesApi(FileStore store, GatewayLimits limits, InstantSource clock) {
        this.store = store;
        this.limits = limits;
        this.clock = clock;
    }

    void upload(Call call) throws IOException {
        String purpose = null;
        String name = null;
        try (FileStore.Arrival arrival = store.arrive()) {
            FileItemInputIterator parts = new Multipart(limits).parts(call);
            while (parts.hasNext()) {
                FileItemInput part = parts.next();
                String field = part.getFieldName();
                if ("file".equals(field) && name == null) {
                    name = part.getName() == null ? "file" : part.getName();
                    try (InputStream in = part.getInputStream()) {
                        arrival.write(in, limits.fileBytesMax());
                    }
                } else if ("purpose".equals(field)) {
                    purpose = text(part);
                } else {
                    throw HttpProblem.unknown(field, "field '" + field + "' is not known beside file and purpose");
                }
            }
            if (name == null) {
                throw HttpProblem.invalid("file", "field 'file' is missing: the upload must have one file");
            }
            if (!"batch".equals(purpose)) {
                throw HttpProblem.invalid(
                        "purpose",
                        "field 'purpose' is %s, but it must be 'batch'"
                                .formatted(purpose == null ? "missing" : "'" + purpose + "'"));
            }
            if (arrival.isEmpty()) {
                throw HttpProblem.invalid("file", "field 'file' is empty");
            }
            if (store.bytesStored() > limits.storedBytesMax()) {
                throw HttpProblem.tooLarge("the files kept here have %,d bytes, which is the most; delete some"
                        .formatted(limits.storedBytesMax()));
            }
            String id = "file-" + Ids.random();
            call.reply(
                    200,
                    arrival.keep(id, call.tenant(), name(name), "batch", clock.instant())
                            .json());
        } catch (FileUploadSizeException e) {
            throw HttpProblem.tooLarge("the upload is too large: " + e.getMessage());
        } catch (FileUploadException e) {
            throw HttpProblem.invalid("file", "the upload cannot be read: " + e.getMessage());
        }
    }

    void list(Call call) throws IOException {
        String purpose = call.query("purpose");
        boolean oldestFirst = "asc".equals(call.query("order"));
        Comparator<FileStore.Stored> order =
                Comparator.comparing(FileStore.Stored::createdAt).thenComparing(FileStore.Stored::id);
        List<FileStore.Stored> all = store.all().stream()
                .filter(file -> call.maySee(file.tenant()))
                .filter(file -> purpose == null || purpose.equals(file.purpose()))
                .sorted(oldestFirst ? order : order.reversed())
                .toList();
        Page.of(all, FileStore.Stored::id, FileStore.Stored::json).reply(call, 10_000, 10_000);
    }

    void retrieve(Call call) throws IOException {
        call.reply(200, find(call).json());
    }

    void content(Call call) throws IOException {
        FileStore.Stored file = find(call);
        call.exchange().getResponseHeaders().set("Content-Type", "application/jsonl");
        call.exchange().sendResponseHeaders(200, file.bytes() == 0 ? -1 : file.bytes());
        try (OutputStream out = call.exchange().getResponseBody()) {
            Files.copy(store.data(file), out);
        }
    }

    void delete(Call call) throws IOException {
        FileStore.Stored file = find(call);
        store.remove(file);
        ObjectNode gone = Call.JSON.createObjectNode();
        gone.put("id", file.id()).put("object", "file").put("deleted", true);
        call.reply(200, gone);
    }

    private FileStore.Stored find(Call call) {
        String id = call.path().getFirst();
        FileStore.Stored file = store.find(id);
        if (file == null || !call.maySee(file.tenant())) {
            throw HttpProblem.notFound("no file '" + id + "' is known here");
        }
        return file;
    }

    private static String text(FileItemInput part) throws IOException {
        try (InputStream in = part.getInputStream()) {
            return new String(in.readNBytes(FIELD_CHARACTERS_MAX), StandardCharsets.UTF_8);
        }
    }

    /** The last part of a path, without what a file system or a log could stumble over. */
    private static String name(String sent) {
        String last = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1);
        String safe = last.replaceAll("[^A-Za-z0-9._ -]", "_");
        String cut = safe.length() > 128 ? safe.substring(safe.length() - 128) : safe;
        return cut.isBlank() || cut.startsWith(".") ? "file" + cut.strip() : cut;
    }
}

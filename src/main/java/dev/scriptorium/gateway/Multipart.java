package dev.scriptorium.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import org.apache.commons.fileupload2.core.AbstractFileUpload;
import org.apache.commons.fileupload2.core.DiskFileItem;
import org.apache.commons.fileupload2.core.DiskFileItemFactory;
import org.apache.commons.fileupload2.core.FileItemInputIterator;
import org.apache.commons.fileupload2.core.RequestContext;

/** The parts of an upload as they come; nothing of them is kept in memory. */
final class Multipart extends AbstractFileUpload<Multipart.Request, DiskFileItem, DiskFileItemFactory> {
    private static final int PARTS_MAX = 8;
    /** Room for the other fields and the headers of the parts. */
    private static final int ENVELOPE_BYTES = 1 << 16;

    Multipart(GatewayLimits limits) {
        setMaxSize(limits.fileBytesMax() + ENVELOPE_BYTES);
        setMaxFileCount(PARTS_MAX);
    }

    /** What the library asks of a request. */
    record Request(Call call) implements RequestContext {
        @Override
        public String getCharacterEncoding() {
            return "UTF-8";
        }

        @Override
        public long getContentLength() {
            String length = call.header("Content-Length");
            return length == null ? -1 : Long.parseLong(length);
        }

        @Override
        public String getContentType() {
            String type = call.header("Content-Type");
            return type == null ? "" : type;
        }

        @Override
        public InputStream getInputStream() {
            return call.exchange().getRequestBody();
        }

        @Override
        public boolean isMultipartRelated() {
            return false;
        }
    }

    FileItemInputIterator parts(Call call) throws IOException {
        Request request = new Request(call);
        if (!isMultipartContent(request)) {
            throw HttpProblem.invalid("file", "the content type must be multipart/form-data");
        }
        return getItemIterator(request);
    }

    @Override
    public FileItemInputIterator getItemIterator(Request request) throws IOException {
        return super.getItemIterator((RequestContext) request);
    }

    @Override
    public Map<String, List<DiskFileItem>> parseParameterMap(Request request) {
        throw new UnsupportedOperationException("parts are taken as they come");
    }

    @Override
    public List<DiskFileItem> parseRequest(Request request) {
        throw new UnsupportedOperationException("parts are taken as they come");
    }
}

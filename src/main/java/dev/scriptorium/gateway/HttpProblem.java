package dev.scriptorium.gateway;

import org.jspecify.annotations.Nullable;

/** Why a request cannot be served: becomes OpenAI's error object. */
final class HttpProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String field;

    private HttpProblem(int status, String code, @Nullable String field, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
        this.code = code;
        this.field = field;
    }

    /** @param field the parameter it is about; null if it is about none */
    static HttpProblem invalid(@Nullable String field, String sentence) {
        return new HttpProblem(400, "invalid_value", field, sentence);
    }

    static HttpProblem unknown(String field, String sentence) {
        return new HttpProblem(400, "unknown_parameter", field, sentence);
    }

    static HttpProblem noKey(String sentence) {
        return new HttpProblem(401, "invalid_api_key", null, sentence);
    }

    static HttpProblem forbidden(String sentence) {
        return new HttpProblem(403, "forbidden", null, sentence);
    }

    static HttpProblem notFound(String sentence) {
        return new HttpProblem(404, "not_found", null, sentence);
    }

    static HttpProblem noSuchMethod(String sentence) {
        return new HttpProblem(405, "method_not_allowed", null, sentence);
    }

    static HttpProblem conflict(String code, String sentence) {
        return new HttpProblem(409, code, null, sentence);
    }

    static HttpProblem tooLarge(String sentence) {
        return new HttpProblem(413, "too_large", null, sentence);
    }

    static HttpProblem tooMany(String sentence) {
        return new HttpProblem(429, "rate_limit_exceeded", null, sentence);
    }

    static HttpProblem unavailable(String sentence) {
        return new HttpProblem(503, "service_unavailable", null, sentence);
    }

    static HttpProblem tooLate(String sentence) {
        return new HttpProblem(504, "timeout", null, sentence);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    @Nullable
    String field() {
        return field;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }

    /** OpenAI's name for the kind of problem. */
    String type() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            default -> status >= 500 ? "server_error" : "invalid_request_error";
        };
    }
}

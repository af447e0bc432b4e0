package dev.scriptorium.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;

/** A list as OpenAI gives it out: {@code limit} of its entries, beginning behind {@code after}. */
record Page<T>(List<T> all, Function<T, String> id, Function<T, ObjectNode> json) {
    static <T> Page<T> of(List<T> all, Function<T, String> id, Function<T, ObjectNode> json) {
        return new Page<>(all, id, json);
    }

    void reply(Call call, int limitDefault, int limitMax) throws IOException {
        int limit = call.query("limit", limitDefault, 1, limitMax);
        String after = call.query("after");
        int from = 0;
        if (after != null) {
            List<String> ids = all.stream().map(id).toList();
            from = ids.indexOf(after) + 1;
            if (from == 0) {
                throw HttpProblem.invalid("after", "field 'after' is '" + after + "', which is not in this list");
            }
        }
        List<T> shown = all.subList(from, Math.min(all.size(), from + limit));
        ObjectNode list = Call.JSON.createObjectNode();
        list.put("object", "list");
        var data = list.putArray("data");
        shown.forEach(entry -> data.add(json.apply(entry)));
        list.put("first_id", shown.isEmpty() ? null : id.apply(shown.getFirst()));
        list.put("last_id", shown.isEmpty() ? null : id.apply(shown.getLast()));
        list.put("has_more", from + shown.size() < all.size());
        call.reply(200, list);
    }
}

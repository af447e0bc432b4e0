package dev.scriptorium.metrics;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/**
 * Whether this process lives and is ready.
 *
 * <p>Live means that it still does its work or could: when it is not, start it anew. Ready means that it does its work
 * now: has its partitions, its model, its state. Every part of a process answers for itself, and all must say yes.
 */
public final class Health {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final List<Part> parts = new CopyOnWriteArrayList<>();

    /**
     * What a part says.
     *
     * @param ok yes or no
     * @param words why, for people
     */
    public record Verdict(boolean ok, String words) {
        public static Verdict yes(String words) {
            return new Verdict(true, words);
        }

        public static Verdict no(String words) {
            return new Verdict(false, words);
        }
    }

    /** One that is asked; both questions must be answered without waiting. */
    public interface Part {
        String name();

        Verdict live();

        Verdict ready();
    }

    /**
     * The answer of all parts.
     *
     * @param ok whether all say yes
     * @param json what each says
     */
    public record Report(boolean ok, String json) {
        public int status() {
            return ok ? 200 : 503;
        }

        public byte[] body() {
            return json.getBytes(StandardCharsets.UTF_8);
        }
    }

    public void add(Part part) {
        parts.add(part);
    }

    public void add(String name, Supplier<Verdict> live, Supplier<Verdict> ready) {
        add(new Part() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Verdict live() {
                return live.get();
            }

            @Override
            public Verdict ready() {
                return ready.get();
            }
        });
    }

    public Report live() {
        List<Map.Entry<String, Verdict>> verdicts = new ArrayList<>();
        parts.forEach(part -> verdicts.add(Map.entry(part.name(), part.live())));
        return report(verdicts);
    }

    /** A process without parts has not come so far yet. */
    public Report ready() {
        List<Map.Entry<String, Verdict>> verdicts = new ArrayList<>();
        parts.forEach(part -> verdicts.add(Map.entry(part.name(), part.ready())));
        if (verdicts.isEmpty()) {
            verdicts.add(Map.entry("process", Verdict.no("it is starting")));
        }
        return report(verdicts);
    }

    private static Report report(List<Map.Entry<String, Verdict>> verdicts) {
        boolean ok = verdicts.stream().allMatch(each -> each.getValue().ok());
        ObjectNode json = JSON.createObjectNode();
        json.put("status", ok ? "up" : "down");
        ObjectNode said = json.putObject("parts");
        verdicts.forEach(each -> said.putObject(each.getKey())
                .put("status", each.getValue().ok() ? "up" : "down")
                .put("says", each.getValue().words()));
        return new Report(ok, json.toString());
    }
}

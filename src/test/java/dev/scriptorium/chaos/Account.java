package dev.scriptorium.chaos;

import dev.scriptorium.chaos.CommitLog.Place;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.wire.Arrival;
import dev.scriptorium.wire.EventCodec;
import dev.scriptorium.wire.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** What became of one job's prompts, read from the topics themselves once the storm is over. */
final class Account {
    private final Mail mail;
    private final String job;
    private final List<String> lanes;
    private final EventCodec codec = new EventCodec();

    Account(Mail mail, String job, List<String> lanes) {
        this.mail = mail;
        this.job = job;
        this.lanes = lanes;
    }

    /** The answers to the job's prompts. */
    record Answered(int completed, int rejected, int ids, int duplicated, int differing) {}

    /**
     * What was generated another time.
     *
     * @param tokensTwice tokens of outcomes that came again for a request
     * @param tokensInFlight tokens of what was begun and not finished, added up over the blows
     * @param outside outcomes that came again more often than blows hit their request
     */
    record Again(long tokensTwice, long tokensInFlight, int outside) {}

    /** From when until when something was out of order that may cost work. */
    record Blow(Instant from, Instant to) {}

    /** @param calm what each id is answered when nothing happens */
    Answered answered(Map<String, String> calm) {
        Map<String, List<String>> found = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        mail.readAll(Mail.ANSWERS, record -> {
            if (Mail.header(record, Arrival.JOB_HEADER).equals(job)) {
                counts.merge(record.topic(), 1, Integer::sum);
                found.computeIfAbsent(Mail.header(record, Arrival.ID_HEADER), each -> new ArrayList<>())
                        .add(Mail.essence(record.value()));
            }
        });
        int duplicated =
                found.values().stream().mapToInt(each -> each.size() - 1).sum();
        long differing = found.entrySet().stream()
                .filter(entry -> entry.getValue().stream().anyMatch(each -> !each.equals(calm.get(entry.getKey()))))
                .count();
        return new Answered(
                counts.getOrDefault("completions", 0),
                counts.getOrDefault("rejections", 0),
                found.size(),
                duplicated,
                (int) differing);
    }

    /**
     * Compares request by request: it may be generated once, and once more for each blow that found it begun and not
     * finished, and no more.
     */
    Again again(List<Blow> blows, String group) {
        Map<String, Long> tokens = new HashMap<>();
        Map<String, Integer> repeats = new HashMap<>();
        Map<String, List<String>> said = new HashMap<>();
        mail.readAll(List.of("outcomes"), record -> {
            Outcome outcome = outcome(record);
            if (outcome != null && outcome.request().job().equals(job)) {
                long count = outcome instanceof Completion completion
                        ? completion.usage().completionTokens()
                        : 0;
                said.computeIfAbsent(outcome.request().id(), each -> new ArrayList<>())
                        .add(Instant.ofEpochMilli(record.timestamp()) + " by " + by(outcome));
                if (tokens.put(outcome.request().id(), count) != null) {
                    repeats.merge(outcome.request().id(), 1, Integer::sum);
                }
            }
        });
        Map<String, Integer> hits = hits(blows, group);
        long twice = repeats.entrySet().stream()
                .mapToLong(each -> each.getValue() * tokens.getOrDefault(each.getKey(), 0L))
                .sum();
        long inFlight = hits.entrySet().stream()
                .mapToLong(each -> each.getValue() * tokens.getOrDefault(each.getKey(), 0L))
                .sum();
        int outside = repeats.entrySet().stream()
                .mapToInt(each -> Math.max(0, each.getValue() - hits.getOrDefault(each.getKey(), 0)))
                .sum();
        if (outside > 0) {
            System.out.println("blows: " + blows);
            repeats.forEach((id, times) -> {
                if (times > hits.getOrDefault(id, 0)) {
                    System.out.println("outside: " + id + " " + said.get(id));
                }
            });
        }
        return new Again(twice, inFlight, outside);
    }

    private static String by(Outcome outcome) {
        return switch (outcome) {
            case Completion completion -> completion.worker();
            case Rejection rejection -> "a rejection, " + rejection.code();
        };
    }

    /** How many blows found each request begun and not finished. */
    private Map<String, Integer> hits(List<Blow> blows, String group) {
        CommitLog commits = new CommitLog(group);
        mail.readAll(List.of(CommitLog.TOPIC), commits::read);
        List<Set<Place>> begun = blows.stream()
                .map(blow -> commits.begun(blow.from(), blow.to()))
                .toList();
        Map<Integer, Set<String>> hit = new HashMap<>();
        mail.readAll(lanes, record -> {
            Place place = new Place(new TopicPartition(record.topic(), record.partition()), record.offset());
            String id = idOf(record);
            for (int i = 0; i < begun.size(); i++) {
                if (!id.isEmpty() && begun.get(i).contains(place)) {
                    hit.computeIfAbsent(i, each -> new HashSet<>()).add(id);
                }
            }
        });
        Map<String, Integer> hits = new HashMap<>();
        hit.values().forEach(ids -> ids.forEach(id -> hits.merge(id, 1, Integer::sum)));
        return hits;
    }

    private @Nullable Outcome outcome(ConsumerRecord<byte[], byte[]> record) {
        try {
            Outcome outcome = codec.outcome(record.value() == null ? new byte[0] : record.value());
            boolean own = new String(record.key(), StandardCharsets.UTF_8)
                    .equals(outcome.request().key());
            return own ? outcome : null;
        } catch (UndecodableException e) {
            return null;
        }
    }

    /** Of the job's own; empty for all others. */
    private String idOf(ConsumerRecord<byte[], byte[]> record) {
        try {
            var request = codec.assignment(record.value() == null ? new byte[0] : record.value())
                    .prompt()
                    .request();
            return request.job().equals(job) ? request.id() : "";
        } catch (UndecodableException e) {
            return "";
        }
    }

    /** Names of pieces of garbage that were found among the dead letters and rejections. */
    static Set<String> garbage(Mail mail) {
        Set<String> names = new HashSet<>();
        mail.readAll(List.of("dead-letters"), record -> {
            if (record.key() != null) {
                names.add(new String(record.key(), StandardCharsets.UTF_8));
            }
        });
        mail.readAll(List.of("rejections"), record -> names.add(Mail.header(record, Arrival.ID_HEADER)));
        names.removeIf(name -> !name.startsWith(Garbage.NAME));
        return names;
    }
}

package dev.scriptorium.chaos;

import dev.scriptorium.chaos.Account.Blow;
import dev.scriptorium.wire.Arrival;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The same prompts twice through one system: first in calm, then in a storm. One thread does all of it, round after
 * round: what is due is done, processes are tended, answers are read.
 */
final class ChaosRun implements AutoCloseable {
    private static final Duration ROUND = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    // By then workers have begun what was sent, and have not ended it: a blow is to meet work in flight.
    private static final Duration SENT_BEFORE_BLOW = Duration.ofMillis(600);
    private static final List<String> LANES = List.of("lanes.interactive", "lanes.bulk");
    private static final List<String> ROUTED = List.of("prompts", "outcomes");
    private static final String STORM = "storm-";
    private static final String CALM = "calm";

    private final SystemUnderTest system;
    private final Mail mail;
    private final Admin admin;
    private final List<Blow> blows = new ArrayList<>();
    private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparing(Due::at));
    private final Map<String, Map<String, String>> answers = new HashMap<>();
    private byte @Nullable [] anOutcome;
    private int garbage;

    private record Due(Instant at, Callable<?> action) {}

    ChaosRun(SystemUnderTest system) {
        this.system = system;
        this.mail = new Mail(system.bootstrapServers());
        this.admin = Admin.create(Map.of("bootstrap.servers", system.bootstrapServers(), "request.timeout.ms", "3000"));
    }

    /** What the prompts say when nothing happens: id to answer. */
    Map<String, String> calm(List<String> prompts) throws Exception {
        prompts.forEach(prompt -> mail.prompt(CALM, prompt));
        until(CALM, prompts.size());
        mail.readAll(List.of("outcomes"), record -> anOutcome = record.value());
        return Map.copyOf(answersOf(CALM));
    }

    /** The same prompts while all this happens. One storm may follow another. */
    Verdict storm(long seed, List<String> prompts, List<Disturbance> storm, Map<String, String> calm) throws Exception {
        Instant start = Instant.now();
        String job = STORM + seed;
        int ended = endedByItself();
        blows.clear();
        int slices = storm.size() + 1;
        for (int i = 0; i < slices; i++) {
            List<String> slice = prompts.subList(prompts.size() * i / slices, prompts.size() * (i + 1) / slices);
            Duration at = i == 0 ? Duration.ZERO : storm.get(i - 1).at().minus(SENT_BEFORE_BLOW);
            plan(start.plus(at), () -> {
                slice.forEach(prompt -> mail.prompt(job, prompt));
                return 0;
            });
        }
        for (Disturbance each : storm) {
            plan(start.plus(each.at()), () -> {
                begin(each);
                return 0;
            });
        }
        until(job, prompts.size());
        settle();
        Account account = new Account(mail, job, LANES);
        var answered = account.answered(calm);
        var again = account.again(blows, SystemUnderTest.GROUP);
        return new Verdict(
                seed,
                system.brokers.size() + "",
                prompts.size(),
                answered.completed(),
                answered.rejected(),
                prompts.size() - answered.ids(),
                answered.duplicated(),
                answered.differing(),
                again.tokensTwice(),
                again.tokensInFlight(),
                again.outside(),
                garbage,
                Account.garbage(mail).size(),
                storm.size(),
                endedByItself() - ended,
                Duration.between(start, Instant.now()).toSeconds());
    }

    private void begin(Disturbance bad) throws Exception {
        Instant from = Instant.now();
        Callable<?> undo = cause(bad);
        Instant caused = Instant.now();
        plan(caused.plus(bad.lasts()), () -> {
            undo.call();
            switch (bad.kind().hits()) {
                // Whoever is killed or stopped begins nothing from then on; the others are none of its business.
                case WORKER -> blows.add(new Blow(from, caused));
                // While nobody can say what is finished, all that is begun may be begun elsewhere too.
                case BROKER -> blows.add(new Blow(from, Instant.now()));
                case NO_WORK -> {}
            }
            return 0;
        });
    }

    /** Makes it happen; returns what ends it. */
    private Callable<?> cause(Disturbance bad) throws Exception {
        Part broker = chosen(system.brokers, bad);
        Part router = chosen(system.routers, bad);
        Part worker = chosen(system.workers, bad);
        return switch (bad.kind()) {
            case KILL_WORKER -> killed(worker);
            case KILL_ROUTER -> killed(router);
            case KILL_BROKER -> killed(broker);
            case STOP_WORKER -> paused(worker);
            case STOP_ROUTER -> paused(router);
            case STOP_BROKER -> paused(broker);
            case CUT_CONNECTIONS -> cut(chosen(system.lines, bad));
            case BROKER_DISK_FULL -> filled(chosen(system.brokerDisks, bad));
            case ROUTER_DISK_FULL -> filled(chosen(system.routerDisks, bad));
            case GARBAGE -> littered(bad.target());
        };
    }

    private static <T> T chosen(List<T> all, Disturbance bad) {
        return all.get(bad.target() % all.size());
    }

    private static Callable<?> killed(Part part) throws Exception {
        part.kill();
        return revived(part);
    }

    private static Callable<?> paused(Part part) throws Exception {
        part.pause();
        return revived(part);
    }

    private static Callable<?> revived(Part part) {
        return () -> {
            part.revive();
            return 0;
        };
    }

    private static Callable<?> cut(CuttingProxy line) {
        line.cut();
        return () -> {
            line.mend();
            return 0;
        };
    }

    private static Callable<?> filled(SmallDisk disk) throws Exception {
        disk.fill();
        return () -> {
            disk.empty();
            return 0;
        };
    }

    private Callable<?> littered(long seed) {
        List<String> topics = new ArrayList<>(List.of("prompts", "outcomes", "outcomes"));
        topics.addAll(LANES);
        var litter = Garbage.of(seed, anOutcome, topics, garbage);
        garbage += litter.size();
        litter.forEach(mail::send);
        return () -> 0;
    }

    private void plan(Instant at, Callable<?> action) {
        due.add(new Due(at, action));
    }

    /** Goes round until all is answered, all that was planned has happened, and every process is up. */
    private void until(String job, int count) throws Exception {
        Instant lastNews = Instant.now();
        int before = -1;
        while (!due.isEmpty() || mail.unsent() > 0 || answersOf(job).size() < count || !allUp()) {
            round();
            if (answersOf(job).size() != before || !due.isEmpty()) {
                before = answersOf(job).size();
                lastNews = Instant.now();
            }
            if (lastNews.plus(PATIENCE).isBefore(Instant.now())) {
                return;
            }
        }
    }

    private void round() throws Exception {
        while (!due.isEmpty() && !due.element().at().isAfter(Instant.now())) {
            due.remove().action().call();
        }
        system.tend();
        mail.poll(ROUND, record -> {
            String job = Mail.header(record, Arrival.JOB_HEADER);
            // Garbage is answered too, in whatever form it seems to have.
            if (job.equals(CALM) || job.startsWith(STORM)) {
                answersOf(job).put(Mail.header(record, Arrival.ID_HEADER), Mail.essence(record.value()));
            }
        });
    }

    /** Waits until workers and routers have read all that was written, so that what comes late is seen too. */
    private void settle() throws Exception {
        Instant start = Instant.now();
        Set<String> behind = behind();
        while (!behind.isEmpty() && Instant.now().isBefore(start.plus(PATIENCE))) {
            round();
            behind = behind();
        }
        if (!behind.isEmpty()) {
            System.out.println("answered, but not finished " + PATIENCE + " later: " + behind);
        }
    }

    private Set<String> behind() throws Exception {
        Set<String> behind = new TreeSet<>(behind(SystemUnderTest.GROUP, LANES));
        behind.addAll(behind(SystemUnderTest.ROUTER, ROUTED));
        return behind;
    }

    /** Partitions with a record that the group has not finished; what a transaction leaves behind is none. */
    private Set<String> behind(String group, List<String> topics) throws Exception {
        var committed = admin.listConsumerGroupOffsets(group)
                .partitionsToOffsetAndMetadata()
                .get();
        Set<String> behind = new TreeSet<>();
        mail.readAll(topics, record -> {
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            var offset = committed.get(partition);
            if (offset == null || offset.offset() <= record.offset()) {
                behind.add(partition + " from " + (offset == null ? "the beginning" : offset.offset() + ""));
            }
        });
        return behind;
    }

    private int endedByItself() {
        return system.all().stream().mapToInt(Part::endedByItself).sum();
    }

    private boolean allUp() {
        return system.all().stream().allMatch(part -> part.isMeantToRun() && part.isUp());
    }

    private Map<String, String> answersOf(String job) {
        return answers.computeIfAbsent(job, each -> new TreeMap<>());
    }

    @Override
    public void close() {
        mail.close();
        admin.close(Duration.ofSeconds(2));
        system.close();
    }
}

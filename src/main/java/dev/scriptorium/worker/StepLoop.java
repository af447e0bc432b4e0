package dev.scriptorium.worker;

import dev.scriptorium.event.Completion;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.model.LanguageModel.Chunk;
import dev.scriptorium.model.LanguageModel.Logits;
import dev.scriptorium.sample.NonFiniteLogitsException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The worker's step: plan, one forward pass for all sequences, sample, finish. One thread calls it; {@link #add} is for
 * the preparing one.
 *
 * <p>Where a forward pass throws, nobody can say whose fault it was. So every sequence of that step is computed anew
 * from its first token, each alone, and the one that throws alone is rejected; the others go on with the text they
 * would have had anyway, because a text depends on its own tokens only.
 */
final class StepLoop implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StepLoop.class);

    private final ServedModel served;
    private final InHand inHand;
    private final String workerName;
    private final InstantSource clock;
    private final Scheduler<Generation> scheduler;
    private final Queue<Generation> arrivals = new ConcurrentLinkedQueue<>();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicLong steps = new AtomicLong();
    private final AtomicLong prefillTokens = new AtomicLong();
    private final AtomicLong generatedTokens = new AtomicLong();

    StepLoop(ServedModel served, WorkerLimits limits, InHand inHand, String workerName, InstantSource clock) {
        this.served = served;
        this.inHand = inHand;
        this.workerName = workerName;
        this.clock = clock;
        this.scheduler = new Scheduler<>(limits.sequencesMax(), limits.stepTokensMax());
    }

    /** From any thread: a prompt is ready. The queue is bounded by the tokens in hand. */
    void add(Generation generation) {
        arrivals.add(generation);
    }

    /** One round; returns how many tokens it computed and sequences it moved, 0 if there is nothing to do. */
    int doWork() {
        int work = receive();
        work += expire();
        work += admit();
        SequencedMap<Generation, Integer> plan = scheduler.plan();
        if (!plan.isEmpty()) {
            step(plan);
            work += plan.size();
        }
        running.set(scheduler.running().size());
        return work;
    }

    int running() {
        return running.get();
    }

    long steps() {
        return steps.get();
    }

    long prefillTokens() {
        return prefillTokens.get();
    }

    long generatedTokens() {
        return generatedTokens.get();
    }

    /** Gives the cache back; what was under way ends without an outcome and is delivered again to another worker. */
    @Override
    public void close() {
        for (Generation generation : scheduler.running()) {
            scheduler.remove(generation);
            generation.close();
        }
        running.set(0);
    }

    private int receive() {
        int count = 0;
        for (Generation next = arrivals.poll(); next != null; next = arrivals.poll()) {
            scheduler.add(next, next.promptTokens(), next.tokensMax());
            count++;
        }
        return count;
    }

    /** Deadlines act in the queue and between two tokens. */
    private int expire() {
        Instant now = clock.instant();
        List<Generation> late = new ArrayList<>();
        scheduler.waiting().stream().filter(each -> each.task().isLate(now)).forEach(late::add);
        scheduler.running().stream().filter(each -> each.task().isLate(now)).forEach(late::add);
        for (Generation generation : late) {
            reject(generation, ErrorCode.DEADLINE_EXCEEDED, generation.task().lateness(now));
        }
        return late.size();
    }

    private int admit() {
        int count = 0;
        Generation next = scheduler.admit(served.model().cacheTokensFree());
        while (next != null) {
            count++;
            openOrReject(next);
            next = scheduler.admit(served.model().cacheTokensFree());
        }
        return count;
    }

    private void openOrReject(Generation generation) {
        try {
            generation.open();
        } catch (RuntimeException e) {
            fail(generation, e);
        }
    }

    private void step(SequencedMap<Generation, Integer> plan) {
        Instant startedAt = clock.instant();
        Logits logits;
        try {
            List<Chunk> chunks = new ArrayList<>(plan.size());
            plan.forEach((generation, tokens) -> chunks.add(generation.chunk(
                    scheduler.computed(generation), tokens, scheduler.catchesUp(generation, tokens), startedAt)));
            logits = served.model().forward(chunks);
        } catch (RuntimeException e) {
            isolate(plan, e);
            return;
        }
        steps.incrementAndGet();
        List<Generation> caughtUp = plan.entrySet().stream()
                .filter(entry -> scheduler.catchesUp(entry.getKey(), entry.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        countPrefill(plan);
        scheduler.apply(plan);
        Instant sampledAt = clock.instant();
        for (int row = 0; row < caughtUp.size(); row++) {
            sample(caughtUp.get(row), logits, row, sampledAt);
        }
    }

    private void countPrefill(Map<Generation, Integer> plan) {
        plan.forEach((generation, tokens) -> {
            int promptLeft = generation.promptTokens() - scheduler.computed(generation);
            prefillTokens.addAndGet(Math.clamp(promptLeft, 0, tokens));
        });
    }

    private void sample(Generation generation, Logits logits, int row, Instant now) {
        FinishReason reason;
        try {
            reason = generation.sample(logits, row, now);
        } catch (NonFiniteLogitsException e) {
            reject(
                    generation,
                    ErrorCode.NON_FINITE_LOGITS,
                    "after %d tokens %s; the weights of model '%s' are probably damaged"
                            .formatted(
                                    generation.usage().completionTokens(),
                                    e.getMessage(),
                                    served.provenance().model()));
            return;
        } catch (RuntimeException e) {
            fail(generation, e);
            return;
        }
        generatedTokens.incrementAndGet();
        if (reason == null) {
            scheduler.grow(generation);
        } else {
            complete(generation, reason, now);
        }
    }

    private void isolate(Map<Generation, Integer> plan, RuntimeException cause) {
        if (plan.size() == 1) {
            fail(plan.keySet().iterator().next(), cause);
            return;
        }
        LOG.atWarn()
                .addKeyValue("worker", workerName)
                .addKeyValue("sequences", plan.size())
                .addKeyValue("cause", cause)
                .log("A forward pass failed; each of its sequences is computed anew alone");
        plan.keySet().forEach(Generation::close);
        scheduler.restartAlone(plan.keySet());
        plan.keySet().forEach(this::openOrReject);
    }

    private void complete(Generation generation, FinishReason reason, Instant now) {
        Prompt prompt = generation.task().prompt();
        leave(generation);
        inHand.end(
                generation.task(),
                new Completion(
                        prompt.request(),
                        prompt.dialect(),
                        prompt.tenant(),
                        generation.text(),
                        reason,
                        generation.usage(),
                        generation.sampling(),
                        served.provenance(),
                        workerName,
                        generation.task().assignment().attempt(),
                        generation.timings(),
                        now,
                        prompt.metadata()));
    }

    private void fail(Generation generation, RuntimeException cause) {
        LOG.atError()
                .addKeyValue("worker", workerName)
                .addKeyValue("request", generation.task().prompt().request().key())
                .setCause(cause)
                .log("A request failed");
        reject(
                generation,
                ErrorCode.WORKER_FAILED,
                "worker '%s' failed on this request: %s".formatted(workerName, cause));
    }

    private void reject(Generation generation, ErrorCode code, String message) {
        leave(generation);
        inHand.end(generation.task(), Rejection.of(generation.task().prompt(), code, message, null, clock.instant()));
    }

    private void leave(Generation generation) {
        scheduler.remove(generation);
        generation.close();
    }
}

package dev.scriptorium.worker;

import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Delivery;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.FinishReason;
import dev.scriptorium.event.Priority;
import dev.scriptorium.event.Rejection;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.model.LanguageModel.Logits;
import dev.scriptorium.sample.NonFiniteLogitsException;
import dev.scriptorium.worker.schedule.Plan;
import dev.scriptorium.worker.schedule.Scheduler;
import dev.scriptorium.worker.text.Form;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
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
    private static final int NO_GUESS = -1;

    private final ServedModel served;
    private final InHand inHand;
    private final Withdrawals withdrawals;
    private final String workerName;
    private final InstantSource clock;
    private final Scheduler<Generation> scheduler;
    private final List<Generation> step = new ArrayList<>(); // its chunks; the same list for every step

    private final Queue<Generation> arrivals = new ConcurrentLinkedQueue<>();
    private final StepCounts counts;
    private final Twins twins = new Twins();
    private final boolean joinsTwins;
    private final int sequencesMax;
    private final int stepTokensMax;

    StepLoop(
            ServedModel served,
            WorkerLimits limits,
            InHand inHand,
            Withdrawals withdrawals,
            String workerName,
            InstantSource clock,
            Worker.TokenObserver observer) {
        this.served = served;
        this.inHand = inHand;
        this.withdrawals = withdrawals;
        this.workerName = workerName;
        this.clock = clock;
        this.counts = new StepCounts(observer);
        this.joinsTwins = limits.shortcuts().joinsTwins();
        this.sequencesMax = limits.sequencesMax();
        this.stepTokensMax = limits.stepTokensMax();
        this.scheduler = new Scheduler<>(
                new ModelRoom(served.model(), limits.shortcuts().sharesBeginnings()),
                limits.sequencesMax(),
                limits.stepTokensMax(),
                limits.shortcuts().guessStepTokensMax());
    }

    /** From any thread: a prompt is ready. The queue is bounded by the tokens in hand. */
    void add(Generation generation) {
        arrivals.add(generation);
    }

    /** One round; returns how many tokens it computed and sequences it moved, 0 if there is nothing to do. */
    int doWork() {
        int work = receive();
        work += withdrawals.takeNews() ? withdraw() : 0;
        work += expire();
        work += scheduler.admit();
        Plan<Generation> plan = scheduler.plan();
        if (plan.size() > 0) {
            work += plan.size();
            step(plan);
        }
        counts.running.set(scheduler.running());
        counts.preemptions.set(scheduler.preemptions());
        return work;
    }

    StepCounts counts() {
        return counts;
    }

    /** Gives the cache back; what was under way ends without an outcome and is delivered again to another worker. */
    @Override
    public void close() {
        while (scheduler.running() > 0) {
            leave(scheduler.running(0));
        }
        counts.running.set(0);
    }

    private int receive() {
        int count = 0;
        for (Generation next = arrivals.poll(); next != null; next = arrivals.poll()) {
            count++;
            boolean urgent = next.task().prompt().priority() == Priority.INTERACTIVE;
            Generation leader = joinsTwins ? twins.leaderOf(next) : null;
            // Pieces begin with the first token, so who wants them cannot join a text that has some already.
            if (leader == null || (next.isStreamed() && leader.completionTokens() > 0)) {
                scheduler.add(next, next.promptTokens(), urgent);
                withdraw(next, clock.millis());
                continue;
            }
            leader.join(next);
            withdraw(leader, clock.millis());
            counts.joined.incrementAndGet();
            if (urgent) {
                scheduler.hasten(leader);
            }
        }
        return count;
    }

    /** Cancellations act in the queue and between two tokens, as deadlines do. */
    private int withdraw() {
        long now = clock.millis();
        int count = 0;
        for (int i = scheduler.waiting() - 1; i >= 0; i = Math.min(i, scheduler.waiting()) - 1) {
            count += withdraw(scheduler.waiting(i), now);
        }
        for (int i = scheduler.running() - 1; i >= 0; i = Math.min(i, scheduler.running()) - 1) {
            count += withdraw(scheduler.running(i), now);
        }
        return count;
    }

    private int withdraw(Generation generation, long now) {
        int count = 0;
        for (int i = generation.askers().size() - 1; i >= 0; i--) {
            Task task = generation.askers().get(i).task();
            boolean over = generation.askers().get(i).answer().isOver();
            Cancellation cancellation = over ? null : withdrawals.of(task.assignment());
            if (cancellation != null) {
                count++;
                if (isWanted(generation, task.prompt().delivery().onCancel())) {
                    completeAsItIs(generation, i, FinishReason.CANCELLED, now);
                } else {
                    dismiss(generation, i, ErrorCode.CANCELLED, cancellation.sentence());
                }
            }
        }
        return count;
    }

    /** Whether a text that is cut off is an answer. */
    private static boolean isWanted(Generation generation, Delivery.Unfinished unfinished) {
        return unfinished == Delivery.Unfinished.PARTIAL && generation.mayBeCut();
    }

    /** One of those who asked gets the text as far as it is. */
    private void completeAsItIs(Generation generation, int asker, FinishReason reason, long now) {
        Generation.Asker one = generation.askers().get(asker);
        tell(generation, one, reason);
        release(generation, asker);
        give(generation, one, reason, now);
    }

    /** Deadlines act in the queue and between two tokens. */
    private int expire() {
        long now = clock.millis();
        int count = 0;
        for (int i = scheduler.waiting() - 1; i >= 0; i = Math.min(i, scheduler.waiting()) - 1) {
            count += expire(scheduler.waiting(i), now);
        }
        for (int i = scheduler.running() - 1; i >= 0; i = Math.min(i, scheduler.running()) - 1) {
            count += expire(scheduler.running(i), now);
        }
        return count;
    }

    private int expire(Generation generation, long now) {
        int count = 0;
        for (int i = generation.askers().size() - 1; i >= 0; i--) {
            Task task = generation.askers().get(i).task();
            if (generation.askers().get(i).answer().isOver()) {
                // Another of its choices failed; this one is wanted no more.
                count++;
                dismiss(generation, i, ErrorCode.WORKER_FAILED, "");
            } else if (task.isLate(now)) {
                count++;
                if (isWanted(generation, task.prompt().delivery().onDeadline())) {
                    completeAsItIs(generation, i, FinishReason.DEADLINE_EXCEEDED, now);
                } else {
                    dismiss(generation, i, ErrorCode.DEADLINE_EXCEEDED, task.lateness(now));
                }
            }
        }
        return count;
    }

    private void step(Plan<Generation> plan) {
        long startedAt = clock.millis();
        Logits logits;
        step.clear();
        try {
            for (int i = 0; i < plan.size(); i++) {
                step.add(plan.sequence(i)
                        .chunk(plan.computed(i), plan.count(i), plan.guesses(i), plan.catchesUp(i), startedAt));
            }
            logits = served.model().forward(step);
        } catch (RuntimeException e) {
            isolate(plan, e);
            return;
        }
        counts.add(plan, plan.size() == sequencesMax || plan.tokens() == stepTokensMax);
        scheduler.apply(plan);
        long sampledAt = clock.millis();
        int row = 0;
        for (int i = 0; i < step.size(); i++) {
            Generation generation = step.get(i);
            int rows = generation.logitRows();
            if (rows > 0) {
                use(generation, logits, row, sampledAt);
                row += rows;
            }
        }
    }

    private void use(Generation generation, Logits logits, int firstRow, long now) {
        int promptRows = generation.promptRows();
        boolean samples = generation.logitRows() > promptRows;
        try {
            generation.notePrompt(logits, firstRow);
        } catch (NonFiniteLogitsException e) {
            reject(generation, ErrorCode.NON_FINITE_LOGITS, nonFinite(generation, e));
            return;
        }
        if (!samples) {
            return;
        }
        if (generation.wantsNoText()) {
            generation.promptDone(now);
            complete(generation, FinishReason.LENGTH, now);
        } else {
            sampleAll(generation, logits, firstRow + promptRows, now);
        }
    }

    private String nonFinite(Generation generation, NonFiniteLogitsException e) {
        return "after %d tokens %s; the weights of model '%s' are probably damaged"
                .formatted(
                        generation.completionTokens(),
                        e.getMessage(),
                        served.provenance().model());
    }

    /**
     * Samples the next token, and as long as it is the one that was guessed, the one after it: the sampler sees what it
     * would have seen without guesses, in the same order, so the text is what it would have been.
     */
    private void sampleAll(Generation generation, Logits logits, int firstRow, long now) {
        int guesses = generation.guesses();
        counts.guessedTokens.addAndGet(guesses);
        for (int right = 0; ; right++) {
            int guess = right < guesses ? generation.nextGuess() : NO_GUESS;
            if (!sample(generation, logits, firstRow + right, now)) {
                return;
            }
            if (guess != generation.lastId()) {
                if (guesses > 0) {
                    generation.settleGuesses(right);
                }
                return;
            }
            counts.acceptedTokens.incrementAndGet();
            scheduler.confirmGuess(generation);
        }
    }

    /** Returns whether the sequence goes on. */
    private boolean sample(Generation generation, Logits logits, int row, long now) {
        FinishReason reason;
        try {
            reason = generation.sample(logits, row, now);
        } catch (NonFiniteLogitsException e) {
            reject(generation, ErrorCode.NON_FINITE_LOGITS, nonFinite(generation, e));
            return false;
        } catch (Form.ViolationException e) {
            reject(generation, ErrorCode.SCHEMA_VIOLATION, "the text cannot be given: " + e.getMessage());
            return false;
        } catch (RuntimeException e) {
            fail(generation, e);
            return false;
        }
        counts.sampled(generation);
        if (reason != null) {
            complete(generation, reason, now);
            return false;
        }
        for (int i = 0; i < generation.askers().size(); i++) {
            tell(generation, generation.askers().get(i), null);
        }
        scheduler.grow(generation);
        return true;
    }

    private void isolate(Plan<Generation> plan, RuntimeException cause) {
        if (plan.size() == 1) {
            fail(plan.sequence(0), cause);
            return;
        }
        LOG.atWarn()
                .addKeyValue("worker", workerName)
                .addKeyValue("sequences", plan.size())
                .addKeyValue("cause", cause)
                .log("A forward pass failed; each of its sequences is computed anew alone");
        for (int i = 0; i < plan.size(); i++) {
            scheduler.restartAlone(plan.sequence(i));
        }
    }

    private static void tell(Generation generation, Generation.Asker asker, @Nullable FinishReason reason) {
        TokenChunk piece = generation.piece(asker, reason);
        if (piece != null) {
            asker.task().listener().wrote(piece);
        }
    }

    private void complete(Generation generation, FinishReason reason, long now) {
        generation.askers().forEach(asker -> tell(generation, asker, reason));
        leave(generation);
        for (Generation.Asker asker : generation.askers()) {
            give(generation, asker, reason, now);
        }
    }

    /** The answer is there when the last of its choices is. */
    private void give(Generation generation, Generation.Asker asker, FinishReason reason, long now) {
        Answer answer = asker.answer();
        if (!answer.isOver() && answer.put(asker.choice(), generation, reason)) {
            answer.end();
            inHand.end(answer.task(), answer.completion(generation, served.provenance(), workerName, now));
        }
    }

    private void fail(Generation generation, RuntimeException cause) {
        LOG.atError()
                .addKeyValue("worker", workerName)
                .addKeyValue("request", generation.task().prompt().request().key())
                .setCause(cause)
                .log("A request failed");
        String message = "worker '%s' failed on this request: %s".formatted(workerName, cause);
        for (int i = generation.askers().size() - 1; i >= 0; i--) {
            Task task = generation.askers().get(i).task();
            release(generation, i);
            // Nothing is known to be wrong with the request, so another worker may well finish it.
            inHand.end(
                    task,
                    Rejection.of(task.prompt(), ErrorCode.WORKER_FAILED, message, null, clock.instant())
                            .asRetryable());
        }
    }

    private void reject(Generation generation, ErrorCode code, String message) {
        for (int i = generation.askers().size() - 1; i >= 0; i--) {
            dismiss(generation, i, code, message);
        }
    }

    private void dismiss(Generation generation, int asker, ErrorCode code, String message) {
        Answer answer = generation.askers().get(asker).answer();
        release(generation, asker);
        if (!answer.isOver()) {
            answer.end();
            inHand.end(answer.task(), Rejection.of(answer.task().prompt(), code, message, null, clock.instant()));
        }
    }

    /** One of those who asked gets nothing more of it; with the last one it ends. */
    private void release(Generation generation, int asker) {
        if (generation.askers().size() == 1) {
            leave(generation);
        } else {
            generation.askers().remove(asker);
        }
    }

    private void leave(Generation generation) {
        twins.forget(generation);
        scheduler.remove(generation);
        generation.close();
    }
}

package dev.scriptorium.worker;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.Input;
import dev.scriptorium.event.Prompt;
import dev.scriptorium.event.Rejection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns assignments into outcomes, many at once.
 *
 * <p>Two threads: {@code preparation} makes ids of prompts, {@code step-loop} makes text of ids. Life: constructor,
 * {@link #start}, any number of {@link #offer}, {@link #close}. What is under way at the close ends without an outcome;
 * its prompt is not acknowledged, so another worker writes the same text.
 */
public final class Worker implements Intake, AutoCloseable {
    /** What a template adds around one message, for the first guess. */
    private static final int TOKENS_AROUND_A_MESSAGE = 16;

    private final ServedModel served;
    private final InstantSource clock;
    private final InHand inHand;
    private final Withdrawals withdrawals = new Withdrawals();
    private final Preparation preparation;
    private final StepLoop stepLoop;
    private final Queue<Task> inbox = new ConcurrentLinkedQueue<>();
    private final Role preparationRole;
    private final Role stepRole;
    private final int guessesMax;
    private volatile boolean taking = true;

    /**
     * Whether a loop still turns.
     *
     * @param alive whether its thread is there
     * @param roundSoFar how long the round under way has taken; zero while it rests
     */
    public record Pulse(boolean alive, Duration roundSoFar) {
        /** The worse of two. */
        Pulse and(Pulse other) {
            boolean isLonger = roundSoFar.compareTo(other.roundSoFar) > 0;
            return new Pulse(alive && other.alive, isLonger ? roundSoFar : other.roundSoFar);
        }
    }

    /** Told of every token but the first of its sequence, on the step loop: it must neither wait nor make garbage. */
    @FunctionalInterface
    public interface TokenObserver {
        TokenObserver NONE = gapMillis -> {};

        /** @param gapMillis since the token before it, in milliseconds */
        void wrote(long gapMillis);
    }

    /** {@link #Worker(ServedModel, WorkerLimits, String, InstantSource, TokenObserver, Consumer)} with nobody told. */
    public Worker(
            ServedModel served, WorkerLimits limits, String name, InstantSource clock, Consumer<Throwable> onFailure) {
        this(served, limits, name, clock, TokenObserver.NONE, onFailure);
    }

    /**
     * @param name of this worker, as completions tell it
     * @param onFailure told if one of the two threads dies of an error of the machine (out of memory); the worker then
     *     takes nothing more and the process should end, so that its work goes elsewhere
     */
    public Worker(
            ServedModel served,
            WorkerLimits limits,
            String name,
            InstantSource clock,
            TokenObserver observer,
            Consumer<Throwable> onFailure) {
        int contextLength = served.model().contextLength();
        if (limits.inHandTokensMax() < contextLength) {
            throw new IllegalArgumentException("inHandTokensMax is %d, but it must be at least one context of %d tokens"
                    .formatted(limits.inHandTokensMax(), contextLength));
        }
        this.served = served;
        this.clock = clock;
        this.inHand = new InHand(limits.inHandTokensMax());
        this.guessesMax = limits.shortcuts().guessesMax();
        this.preparation = new Preparation(served);
        this.stepLoop = new StepLoop(served, limits, inHand, withdrawals, name, clock, observer);
        Consumer<Throwable> failed = cause -> {
            taking = false;
            onFailure.accept(cause);
        };
        this.preparationRole = new Role("preparation-" + name, this::prepareNext, failed);
        this.stepRole = new Role("step-loop-" + name, stepLoop::doWork, failed);
    }

    public void start() {
        preparationRole.start();
        stepRole.start();
    }

    @Override
    public boolean offer(Assignment assignment, Listener listener) {
        long tokens = tokensOf(assignment);
        if (!taking || !inHand.take(tokens)) {
            return false;
        }
        inbox.add(new Task(assignment, listener, tokens));
        preparationRole.wake();
        return true;
    }

    @Override
    public long tokensFree() {
        return taking ? inHand.tokensFree() : 0;
    }

    /** One token a character, which is too many for most scripts and languages, and never more than the context. */
    @Override
    public long tokensOf(Assignment assignment) {
        Prompt prompt = assignment.prompt();
        int contextLength = served.model().contextLength();
        Integer maxTokens = prompt.sampling().maxTokens();
        if (maxTokens == null) {
            return contextLength;
        }
        long promptTokens = switch (prompt.input()) {
            case Input.Text text -> (long) TOKENS_AROUND_A_MESSAGE + text.text().length();
            case Input.Chat chat ->
                chat.messages().stream()
                        .mapToLong(message -> (long) TOKENS_AROUND_A_MESSAGE
                                + message.content().length())
                        .sum();
        };
        return Math.min(contextLength, promptTokens + (long) prompt.answer().n() * maxTokens);
    }

    @Override
    public long tokensOfLargest() {
        return served.model().contextLength();
    }

    @Override
    public void cancel(Cancellation cancellation) {
        withdrawals.add(cancellation);
        stepRole.wake();
    }

    @Override
    public @Nullable Cancellation cancellationOf(Assignment assignment) {
        return withdrawals.of(assignment);
    }

    public WorkerCounts counts() {
        StepCounts done = stepLoop.counts();
        int running = done.running.intValue();
        int blocksMax = served.model().cacheBlocksMax();
        return new WorkerCounts(
                running,
                Math.max(0, inHand.tasks() - running),
                inHand.tokens(),
                done.steps.get(),
                done.fullSteps.get(),
                done.prefillTokens.get(),
                done.generatedTokens.get(),
                done.guessedTokens.get(),
                done.acceptedTokens.get(),
                done.promptTokens.get(),
                done.cachedTokens.get(),
                done.joined.get(),
                done.preemptions.get(),
                (double) (blocksMax - served.model().cacheBlocksFree()) / blocksMax,
                inHand.completions(),
                inHand.rejections());
    }

    /** Of its two loops. */
    public Pulse pulse() {
        return stepRole.pulse().and(preparationRole.pulse());
    }

    /** Takes nothing more, waits for the step under way, and leaves the rest without an outcome. */
    @Override
    public void close() {
        taking = false;
        preparationRole.close();
        stepRole.close();
        stepLoop.close();
    }

    /** One round of the preparing thread; returns how many prompts it looked at. */
    int prepareNext() {
        Task task = inbox.poll();
        if (task == null) {
            return 0;
        }
        long now = clock.millis();
        try {
            if (task.isLate(now)) {
                throw new Preparation.Refusal(ErrorCode.DEADLINE_EXCEEDED, task.lateness(now), "deadline");
            }
            Cancellation cancellation = withdrawals.of(task.assignment());
            if (cancellation != null) {
                throw new Preparation.Refusal(ErrorCode.CANCELLED, cancellation.sentence(), null);
            }
            Preparation.Ready ready = preparation.prepare(task.prompt());
            inHand.count(task, ready.tokensOfAll());
            Answer answer = new Answer(task, ready);
            for (int choice = 0; choice < answer.choices(); choice++) {
                stepLoop.add(new Generation(answer, choice, ready, served, guessesMax));
            }
            stepRole.wake();
        } catch (Preparation.Refusal refusal) {
            inHand.end(
                    task,
                    Rejection.of(task.prompt(), refusal.code(), refusal.words(), refusal.field(), clock.instant()));
        }
        return 1;
    }

    /** One round of the step loop, for tests that need no threads. */
    int step() {
        return stepLoop.doWork();
    }
}

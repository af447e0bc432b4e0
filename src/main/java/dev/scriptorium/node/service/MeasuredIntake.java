package dev.scriptorium.node.service;

import dev.scriptorium.event.Assignment;
import dev.scriptorium.event.Cancellation;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.TokenChunk;
import dev.scriptorium.worker.Intake;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A worker's intake, of which somebody hears what was completed. */
final class MeasuredIntake implements Intake {
    private final Intake intake;
    private final Consumer<Completion> onCompletion;

    /** @param onCompletion called on the worker's threads: it must neither wait nor throw */
    MeasuredIntake(Intake intake, Consumer<Completion> onCompletion) {
        this.intake = intake;
        this.onCompletion = onCompletion;
    }

    @Override
    public boolean offer(Assignment assignment, Listener listener) {
        return intake.offer(assignment, new Listener() {
            @Override
            public void ended(Outcome outcome) {
                if (outcome instanceof Completion completion) {
                    onCompletion.accept(completion);
                }
                listener.ended(outcome);
            }

            @Override
            public void wrote(TokenChunk piece) {
                listener.wrote(piece);
            }
        });
    }

    @Override
    public long tokensFree() {
        return intake.tokensFree();
    }

    @Override
    public long tokensOf(Assignment assignment) {
        return intake.tokensOf(assignment);
    }

    @Override
    public long tokensOfLargest() {
        return intake.tokensOfLargest();
    }

    @Override
    public void cancel(Cancellation cancellation) {
        intake.cancel(cancellation);
    }

    @Override
    public @Nullable Cancellation cancellationOf(Assignment assignment) {
        return intake.cancellationOf(assignment);
    }
}

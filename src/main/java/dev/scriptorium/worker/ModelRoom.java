package dev.scriptorium.worker;

import dev.scriptorium.model.LanguageModel;
import dev.scriptorium.worker.schedule.CacheRoom;

/** The model's cache as the scheduler sees it. */
final class ModelRoom implements CacheRoom<Generation> {
    private final LanguageModel model;
    private final boolean shares;

    ModelRoom(LanguageModel model, boolean shares) {
        this.model = model;
        this.shares = shares;
    }

    @Override
    public int blockTokens() {
        return model.cacheBlockTokens();
    }

    @Override
    public int blocksFree() {
        return model.cacheBlocksFree();
    }

    @Override
    public void open(Generation generation) {
        generation.open();
    }

    @Override
    public void close(Generation generation) {
        generation.close();
    }

    @Override
    public int reuse(Generation generation, int known) {
        return generation.reuse(shares ? known : 0);
    }

    @Override
    public int guess(Generation generation, int guessesMax) {
        return generation.guess(guessesMax);
    }

    @Override
    public boolean beginAlike(Generation one, Generation other, int tokens) {
        return shares && one.beginsLike(other, tokens);
    }
}

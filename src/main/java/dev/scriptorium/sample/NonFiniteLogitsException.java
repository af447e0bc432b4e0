package dev.scriptorium.sample;

/** A model computed a logit that is not a number, or infinite; such logits must never become a token. */
public final class NonFiniteLogitsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NonFiniteLogitsException(int tokenId, float logit) {
        super("the logit of token " + tokenId + " is " + logit);
    }
}

package dev.scriptorium.grammar;

import org.jspecify.annotations.Nullable;

/** A place in a document: what is being written, and below it what goes on once that is over. */
final class Position {
    /** Behind the document. */
    static final Position END = new Position();

    private final Frame frame;
    private final @Nullable Position below;
    private final int hash;

    private Position() {
        this.frame = new Frame.Over();
        this.below = null;
        this.hash = 1;
    }

    Position(Frame frame, Position below) {
        this.frame = frame;
        this.below = below;
        this.hash = 31 * frame.hashCode() + below.hash;
    }

    void step(int b, Positions out) {
        if (below != null) {
            frame.step(b, below, out);
        }
    }

    boolean isEnd() {
        return below == null;
    }

    /** Whether the document may be over here. */
    boolean mayEnd() {
        return below == null || below.below == null && frame.mayEnd();
    }

    @Override
    public boolean equals(@Nullable Object object) {
        if (this == object) {
            return true;
        }
        if (!(object instanceof Position other) || hash != other.hash) {
            return false;
        }
        Position mine = this;
        Position theirs = other;
        while (mine.below != null && theirs.below != null) {
            if (!mine.frame.equals(theirs.frame)) {
                return false;
            }
            mine = mine.below;
            theirs = theirs.below;
            if (mine == theirs) {
                return true;
            }
        }
        return mine.below == null && theirs.below == null;
    }

    @Override
    public int hashCode() {
        return hash;
    }
}

package dev.scriptorium.lane;

import dev.scriptorium.event.Outcome;
import dev.scriptorium.event.TokenChunk;

/** What the worker said, in the order it said it. */
sealed interface Said {
    record Ended(Parcel parcel, Outcome outcome) implements Said {}

    record Wrote(Parcel parcel, TokenChunk piece) implements Said {}
}

/**
 * A real Kafka (KRaft) inside this process, alone or as a member of a quorum, for the embedded default and for tests.
 *
 * <p>Callers may rely on this: it is Kafka itself, its data lies in one folder and survives a kill.
 *
 * <p>This room must never know: anything of ours.
 */
@NullMarked
package dev.scriptorium.broker;

import org.jspecify.annotations.NullMarked;

package dev.scriptorium.lane;

import dev.scriptorium.wire.confluent.AnswerFrame;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a lane reader reads and where its outcomes go.
 *
 * @param group the consumer group that all workers of this model share
 * @param lanes the model's lanes, at least one
 * @param outcomesTopic takes outcomes, keyed by request
 * @param deadLettersTopic takes records of a lane that cannot be read
 * @param tokensTopic takes pieces of texts, keyed by the user's id
 * @param cancellationsTopic what all workers hear
 * @param kafka client properties under Kafka's own names, {@code bootstrap.servers} among them
 * @param frame of pieces in Avro
 * @param limits how much is held
 */
public record LaneSettings(
        String group,
        List<Lane> lanes,
        String outcomesTopic,
        String deadLettersTopic,
        String tokensTopic,
        String cancellationsTopic,
        Map<String, String> kafka,
        AnswerFrame frame,
        LaneLimits limits) {
    /** What the promise stands on; whoever sets one of these to something else would break it unknowingly. */
    private static final Map<String, String> FIXED = Map.of(
            "enable.auto.commit", "false",
            "isolation.level", "read_committed",
            "enable.idempotence", "true",
            "acks", "all");

    /**
     * @param topic of the lane
     * @param weight its share of the worker's tokens while all lanes are busy, at least 1: with 9 for interactive and 1
     *     for bulk, bulk gets a tenth as long as somebody waits, and everything when nobody does
     * @param interactive whether somebody waits for its prompts, so that the worker always has room for one
     */
    public record Lane(String topic, int weight, boolean interactive) {
        /** A lane of bulk work. */
        public Lane(String topic, int weight) {
            this(topic, weight, false);
        }

        public Lane {
            if (weight < 1) {
                throw new IllegalArgumentException(
                        "lane topic '%s' has weight %d, but it must be at least 1".formatted(topic, weight));
            }
        }
    }

    public LaneSettings {
        lanes = List.copyOf(lanes);
        kafka = Map.copyOf(kafka);
        if (lanes.isEmpty()) {
            throw new IllegalArgumentException("group '" + group + "' has no lanes, but it must have at least one");
        }
        Set<String> topics = new HashSet<>();
        for (Lane lane : lanes) {
            if (!topics.add(lane.topic())) {
                throw new IllegalArgumentException("lane topic '%s' is named twice".formatted(lane.topic()));
            }
        }
        kafka.forEach((key, value) -> {
            String fixed = FIXED.get(key);
            if (fixed != null && !fixed.equals(value)) {
                throw new IllegalArgumentException(
                        "Kafka property '%s' is '%s', but a worker's must be '%s'".formatted(key, value, fixed));
            }
        });
    }
}

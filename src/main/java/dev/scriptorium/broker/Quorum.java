package dev.scriptorium.broker;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.Uuid;

/**
 * Who keeps the cluster's metadata together: every member is broker and controller in one, and all are told the same
 * list.
 *
 * @param node this member's id
 * @param voters id of each member, this one included, to {@code host:port} of its controller; empty for one alone
 */
public record Quorum(int node, Map<Integer, String> voters) {
    /** A single node that nobody else knows. */
    public static final Quorum ALONE = new Quorum(1, Map.of());

    private static final Pattern VOTER = Pattern.compile("([0-9]{1,5})@([A-Za-z0-9._-]+:[0-9]{1,5})");
    private static final int COPIES_MAX = 3;

    public Quorum {
        voters = new TreeMap<>(voters);
        if (!voters.isEmpty() && !voters.containsKey(node)) {
            throw new IllegalArgumentException("node %d is not among the voters %s".formatted(node, voters));
        }
    }

    /**
     * @param list {@code 1@host:port,2@host:port,…}, as Kafka's controller.quorum.voters
     * @throws IllegalArgumentException if it is written otherwise, or the node is not in it
     */
    public static Quorum parse(int node, String list) {
        Map<Integer, String> voters = new LinkedHashMap<>();
        for (String each : list.split(",", -1)) {
            Matcher parts = VOTER.matcher(each);
            if (!parts.matches()) {
                throw new IllegalArgumentException("voter '%s' is not id@host:port".formatted(each));
            }
            voters.put(Integer.parseInt(parts.group(1)), parts.group(2));
        }
        return new Quorum(node, voters);
    }

    boolean isAlone() {
        return voters.isEmpty();
    }

    /** Members format their folders each on its own, and must all write the same id. */
    String clusterId() {
        if (isAlone()) {
            return Uuid.randomUuid().toString();
        }
        UUID hash = UUID.nameUUIDFromBytes(list().getBytes(StandardCharsets.UTF_8));
        return new Uuid(hash.getMostSignificantBits(), hash.getLeastSignificantBits()).toString();
    }

    /** Broker settings over those of a single node: as many copies as there are members, up to 3. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        if (isAlone()) {
            return settings;
        }
        String copies = Integer.toString(Math.min(COPIES_MAX, voters.size()));
        String inSync = Integer.toString(Math.max(1, Math.min(COPIES_MAX, voters.size()) - 1));
        settings.put("node.id", Integer.toString(node));
        settings.put("controller.quorum.voters", list());
        settings.put("controller.quorum.bootstrap.servers", "");
        settings.put("default.replication.factor", copies);
        settings.put("min.insync.replicas", inSync);
        settings.put("offsets.topic.replication.factor", copies);
        settings.put("transaction.state.log.replication.factor", copies);
        settings.put("transaction.state.log.min.isr", inSync);
        settings.put("share.coordinator.state.topic.replication.factor", copies);
        settings.put("share.coordinator.state.topic.min.isr", inSync);
        // A killed member is missed after this long, and its partitions get other leaders.
        settings.put("broker.session.timeout.ms", "4000");
        settings.put("broker.heartbeat.interval.ms", "1000");
        return settings;
    }

    /** {@code host:port} of this member's own controller. */
    String controllerAddress() {
        return voters.getOrDefault(node, "");
    }

    private String list() {
        StringBuilder list = new StringBuilder();
        voters.forEach((id, address) ->
                list.append(list.isEmpty() ? "" : ",").append(id).append('@').append(address));
        return list.toString();
    }
}

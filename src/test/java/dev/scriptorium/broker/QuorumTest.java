package dev.scriptorium.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuorumTest {
    private static final String THREE = "1@127.0.0.1:9193,2@127.0.0.1:9293,3@127.0.0.1:9393";

    @Test
    void membersOfOneListAgreeOnTheClustersId() {
        // When
        String first = Quorum.parse(1, THREE).clusterId();

        // Then
        assertThat(Quorum.parse(3, THREE).clusterId()).isEqualTo(first);
        assertThat(Quorum.parse(1, "1@127.0.0.1:9193").clusterId()).isNotEqualTo(first);
    }

    @Test
    void threeMembersKeepThreeCopiesAndWriteWithTwo() {
        assertThat(Quorum.parse(2, THREE).settings())
                .containsEntry("node.id", "2")
                .containsEntry("default.replication.factor", "3")
                .containsEntry("min.insync.replicas", "2")
                .containsEntry("controller.quorum.voters", THREE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {"1; 127.0.0.1:9093; is not id@host:port", "4; 1@a:1,2@b:2; node 4 is not among the voters"})
    void refusesAListThatIsWrongAndNamesWhat(int node, String list, String words) {
        assertThatThrownBy(() -> Quorum.parse(node, list))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }
}

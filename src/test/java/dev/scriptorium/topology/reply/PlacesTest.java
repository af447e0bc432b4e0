package dev.scriptorium.topology.reply;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlacesTest {
    private final Reply.Places places = new Reply.Places();

    @Test
    void replyGoesToThePartitionThatWasNamedAndToAnyIfThatIsNotThere() {
        // Given
        byte[] key = {1};
        byte[] equal = {1};
        byte[] outside = {1};
        places.choose(key, 3);
        places.choose(outside, 9);

        // When / Then
        assertThat(places.partitions("replies", equal, key, 8)).isEqualTo(Optional.empty());
        assertThat(places.partitions("replies", key, key, 8)).isEqualTo(Optional.of(Set.of(3)));
        assertThat(places.partitions("replies", key, key, 8)).isEqualTo(Optional.empty());
        assertThat(places.partitions("replies", outside, key, 8)).isEqualTo(Optional.empty());
    }
}

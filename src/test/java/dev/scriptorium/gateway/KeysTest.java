package dev.scriptorium.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class KeysTest {
    private static final String KEY = "a-key-of-many-signs";

    @Test
    void aKeyBelongsToItsTenantInTheClearOrAsADigest() {
        // Given
        Keys keys = Keys.read(
                List.of("# who", "", "press " + KEY, "news  sha256:" + Keys.digest("another-key-of-signs")), "keys");

        // When / Then
        assertThat(keys.tenant(KEY)).isEqualTo("press");
        assertThat(keys.tenant("another-key-of-signs")).isEqualTo("news");
        assertThat(keys.tenant("nobody's-key-at-all")).isNull();
    }

    @Test
    void keysOfThePipelineFileAndOfAFileAddUpAndNoTwoTenantsShareOne() {
        // Given
        Keys declared = Keys.of(Map.of("press", List.of("sha256:" + Keys.digest(KEY))));

        // When
        Keys all = declared.and(Keys.read(List.of("news another-key-of-signs"), "keys"));

        // Then
        assertThat(all.tenant(KEY)).isEqualTo("press");
        assertThat(all.tenant("another-key-of-signs")).isEqualTo("news");
        assertThatThrownBy(() -> declared.and(Keys.read(List.of("news " + KEY), "keys")))
                .hasMessageContaining("'press' and 'news'")
                .hasMessageNotContaining(KEY);
    }

    @Test
    void aLineThatIsWrongIsNamedAndItsKeyIsNot() {
        // When / Then
        assertThatThrownBy(() -> Keys.read(List.of("press " + KEY, "news short"), "keys"))
                .hasMessageContaining("keys:2: ")
                .hasMessageContaining("at least 16 characters")
                .hasMessageNotContaining("short");
        assertThatThrownBy(() -> Keys.read(List.of("press " + KEY, "news " + KEY), "keys"))
                .hasMessageContaining("keys:2: ")
                .hasMessageNotContaining(KEY);
        assertThatThrownBy(() -> Keys.read(List.of("press"), "keys")).hasMessageContaining("a tenant and a key");
        assertThatThrownBy(() -> Keys.read(List.of("# nobody"), "keys")).hasMessageContaining("has no key");
    }
}

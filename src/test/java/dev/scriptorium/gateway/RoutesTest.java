package dev.scriptorium.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What answers which request. */
class RoutesTest {
    private final Routes routes = new Routes();

    RoutesTest() {
        routes.add("GET", "/v1/files/([^/]+)", true, call -> {});
        routes.add("DELETE", "/v1/files/([^/]+)", true, call -> {});
        routes.add("GET", "/v1/files/([^/]+)/content", false, call -> {});
    }

    @Test
    void findsByMethodAndWholePathAndDecodesWhatIsOpen() {
        // Given
        String path = "/v1/files/file-1%2F2";

        // When
        Routes.Match match = routes.find("DELETE", path);

        // Then
        assertThat(match).isNotNull().satisfies(found -> {
            assertThat(found.parts()).containsExactly("file-1/2");
            assertThat(found.route().name()).isEqualTo("/v1/files/{id}");
            assertThat(found.route().needsKey()).isTrue();
        });
    }

    @Test
    void aPathThatIsThereWithAnotherMethodIsKnownAndOthersAreNot() {
        // Given
        String content = "/v1/files/a/content";

        // When
        Routes.Match match = routes.find("POST", content);

        // Then
        assertThat(match).isNull();
        assertThat(routes.isKnown(content)).isTrue();
        assertThat(routes.isKnown("/v1/files")).isFalse();
        assertThat(routes.isKnown("/v1/files/a/content/b")).isFalse();
    }
}

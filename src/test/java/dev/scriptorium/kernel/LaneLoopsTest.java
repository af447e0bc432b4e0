package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LaneLoopsTest {
    /**
     * What C2 does not inline makes an object of each vector, and whether it inlines a method depends on what else runs
     * in the process: a worker behind Kafka made 600 MB of them a second where tests and benchmarks made none.
     */
    @ParameterizedTest
    @ValueSource(strings = {"FixedWidthRows", "FixedWidthLines", "FixedWidthTiles", "FixedWidthFourBits"})
    void noVectorGoesThroughAMethodOfALoop(String loops) throws ClassNotFoundException {
        // Given
        Class<?> code = Class.forName(
                "dev.scriptorium.kernel." + loops, false, getClass().getClassLoader());

        // When
        List<Method> methods = Arrays.stream(code.getDeclaredMethods())
                .filter(method -> !method.isSynthetic())
                .toList();

        // Then
        assertThat(methods).isNotEmpty().allSatisfy(method -> {
            Stream<Class<?>> types =
                    Stream.concat(Stream.of(method.getReturnType()), Arrays.stream(method.getParameterTypes()));
            assertThat(types).noneMatch(type -> type.getName().startsWith("jdk.incubator.vector."));
        });
    }
}

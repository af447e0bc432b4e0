package dev.scriptorium.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.scriptorium.kernel.KernelChoice.MachineFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KernelChoiceTest {
    @ParameterizedTest
    @CsvSource({"128, 128", "256, 256", "512, 512", "1024, 512"})
    void takesTheWidthThatTheJvmPrefersUpTo512(int preferred, int chosen) {
        // When
        KernelChoice choice = KernelChoice.of(new MachineFacts(true, preferred));

        // Then
        assertThat(choice.kernels().name()).isEqualTo("vector, " + chosen + " bits");
        assertThat(choice.reason()).contains(chosen + " bits", preferred + " bits");
    }

    @Test
    void namesTheMissingFlagWhenItMustBeScalar() {
        // When
        KernelChoice choice = KernelChoice.of(new MachineFacts(false, 0));

        // Then
        assertThat(choice.kernels()).isInstanceOf(ScalarKernels.class);
        assertThat(choice.reason()).contains("--add-modules jdk.incubator.vector");
    }

    @Test
    void takesScalarKernelsWhereThereAreNoVectorRegisters() {
        // When
        KernelChoice choice = KernelChoice.of(new MachineFacts(true, 64));

        // Then
        assertThat(choice.kernels()).isInstanceOf(ScalarKernels.class);
        assertThat(choice.reason()).contains("64 bits");
    }

    @Test
    void findsTheVectorModuleThatTheBuildLoads() {
        // When
        MachineFacts facts = MachineFacts.here();

        // Then
        assertThat(facts.vectorModule()).isTrue();
        assertThat(facts.preferredBits()).isPositive();
    }
}

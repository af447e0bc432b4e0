package dev.scriptorium.dataset.gate;

import dev.scriptorium.dataset.GateSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The gates that a recipe asks for. */
public final class Gates {
    /**
     * Those that look at one text, the cheap ones first.
     *
     * @param benchmarks for decontamination, with runs of as many words as it says; not used without it
     * @throws IllegalArgumentException if a pattern, schema or language is none; the message names the field
     */
    public static List<Gate> of(GateSettings settings, Benchmarks benchmarks) {
        List<Gate> gates = new ArrayList<>();
        add(gates, settings.length(), LengthGate::new);
        add(gates, settings.finish(), FinishGate::new);
        add(gates, settings.repetition(), RepetitionGate::new);
        add(gates, settings.language(), LanguageGate::new);
        add(gates, settings.characters(), CharactersGate::new);
        add(gates, settings.boilerplate(), BoilerplateGate::new);
        add(gates, settings.blocklist(), BlocklistGate::new);
        add(gates, settings.jsonSchema(), JsonSchemaGate::new);
        add(gates, settings.decontamination(), found -> new DecontaminationGate(found, benchmarks));
        return List.copyOf(gates);
    }

    private static <S> void add(List<Gate> gates, @Nullable S settings, Function<S, Gate> gate) {
        if (settings != null) {
            gates.add(gate.apply(settings));
        }
    }

    private Gates() {}
}

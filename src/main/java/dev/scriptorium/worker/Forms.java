package dev.scriptorium.worker;

import dev.scriptorium.event.ErrorCode;
import dev.scriptorium.event.ResponseFormat;
import dev.scriptorium.grammar.Automaton;
import dev.scriptorium.grammar.Grammar;
import dev.scriptorium.grammar.TokenTrie;
import dev.scriptorium.grammar.UnsupportedSchemaException;
import dev.scriptorium.token.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The forms that texts are held to, compiled for this model's vocabulary. Those used last are kept, with all that they
 * have learned. Belongs to the preparing thread; the automata themselves to the step loop.
 */
final class Forms {
    private static final int KEPT_MAX = 16;

    private final ServedModel served;
    private final Map<ResponseFormat, Automaton> kept = new LinkedHashMap<>(KEPT_MAX, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ResponseFormat, Automaton> eldest) {
            return size() > KEPT_MAX;
        }
    };
    private @Nullable TokenTrie trie;

    Forms(ServedModel served) {
        this.served = served;
    }

    /** Null for any text. */
    @Nullable
    Automaton automaton(ResponseFormat format) throws Preparation.Refusal {
        Automaton known = kept.get(format);
        if (known != null) {
            return known;
        }
        try {
            Grammar grammar = switch (format) {
                case ResponseFormat.Text ignored -> null;
                case ResponseFormat.JsonObject ignored -> Grammar.jsonObject();
                case ResponseFormat.JsonSchema json -> Grammar.jsonSchema(json.schema());
                case ResponseFormat.AvroSchema avro -> Grammar.avroSchema(avro.schema());
            };
            if (grammar == null) {
                return null;
            }
            Automaton compiled = grammar.automaton(trie());
            kept.put(format, compiled);
            return compiled;
        } catch (UnsupportedSchemaException e) {
            throw new Preparation.Refusal(
                    ErrorCode.INVALID_VALUE,
                    "field 'response_format' cannot be enforced: " + e.getMessage(),
                    "response_format");
        }
    }

    private TokenTrie trie() {
        TokenTrie built = trie;
        if (built == null) {
            Tokenizer tokenizer = served.tokenizer();
            List<byte @Nullable []> bytes = new ArrayList<>();
            for (int id = 0; id < served.model().vocabularySize(); id++) {
                boolean usable =
                        id < tokenizer.vocabularySize() && !served.endIds().contains(id);
                bytes.add(usable ? tokenizer.bytes(id) : null);
            }
            built = new TokenTrie(bytes);
            trie = built;
        }
        return built;
    }

    /** As {@link dev.scriptorium.event.ResolvedSampling} has it; null for any text. */
    static @Nullable String digest(ResponseFormat format) {
        String all = switch (format) {
            case ResponseFormat.Text ignored -> "";
            case ResponseFormat.JsonObject object -> object.type();
            case ResponseFormat.JsonSchema json -> json.type() + "\n" + json.schema();
            case ResponseFormat.AvroSchema avro -> avro.type() + "\n" + avro.schema();
        };
        return all.isEmpty()
                ? null
                : "sha256:"
                        + HexFormat.of()
                                .formatHex(SamplingResolver.sha256().digest(all.getBytes(StandardCharsets.UTF_8)));
    }
}

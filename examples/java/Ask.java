// Asks for a text and prints it while it grows. From the repository's root, with `./scriptorium serve` running:
//
//   java -Dorg.apache.avro.SERIALIZABLE_PACKAGES=dev.scriptorium.wire.avro \
//        -cp 'target/scriptorium-0.2.0-SNAPSHOT.jar:target/lib/*' examples/java/Ask.java localhost:9092

import dev.scriptorium.client.ClientSettings;
import dev.scriptorium.client.PromptBuilder;
import dev.scriptorium.client.ScriptoriumClient;
import dev.scriptorium.event.Completion;
import dev.scriptorium.event.Rejection;

void main(String[] arguments) throws Exception {
    try (var client = ScriptoriumClient.connect(ClientSettings.of(arguments[0]))) {
        var prompt = PromptBuilder.text("The moon is").interactive().maxTokens(40).temperature(0).build();
        switch (client.stream(prompt, piece -> IO.print(piece.text())).get()) {
            case Completion done -> IO.println("\n(%d tokens)".formatted(done.usage().completionTokens()));
            case Rejection refused -> IO.println("rejected: " + refused.message());
        }
    }
}

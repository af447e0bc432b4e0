package dev.scriptorium;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who may import whom. One row a room, in the words of ARCHITECTURE.md. Think hard before you widen a row: a class that
 * needs another room's import usually stands in the wrong room. A room that outgrows one package has more below it, and
 * its row holds for all of them.
 */
class ArchitectureTest {
    private static final String ROOT = "dev.scriptorium.";
    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.scriptorium");

    /** Libraries, by the packages they bring. */
    private static final String AVRO = "org.apache.avro..";

    private static final String JSON = "com.fasterxml.jackson..";
    private static final String YAML = "org.snakeyaml..";
    private static final String CLIENTS = "org.apache.kafka.clients..";
    private static final String COMMON = "org.apache.kafka.common..";
    private static final String STREAMS = "org.apache.kafka.streams..";
    private static final String ROCKS = "org.rocksdb..";
    private static final String JINJA = "com.hubspot.jinjava..";
    /** The expression language inside the Jinja library, which carries its own copy of it. */
    private static final String JINJA_EXPRESSIONS = "jinjava.javax.el..";

    private static final String PROGRESS = "me.tongfei.progressbar..";
    private static final String CSV = "de.siegmar.fastcsv..";
    private static final String PARQUET = "org.apache.parquet..";
    /** Parquet's library asks for the names of some of Hadoop's interfaces; nothing of Hadoop is behind them. */
    private static final String HADOOP_NAMES = "org.apache.hadoop..";

    private static final String JSON_SCHEMA = "com.networknt.schema..";
    private static final String AHO_CORASICK = "org.ahocorasick..";
    private static final String OPEN_NLP = "opennlp.tools..";
    private static final String RE2 = "com.google.re2j..";
    private static final String HTTP = "com.sun.net.httpserver..";
    private static final String UPLOADS = "org.apache.commons.fileupload2..";
    private static final String MICROMETER = "io.micrometer..";
    private static final String PROMETHEUS = "io.prometheus..";
    private static final String LOG = "org.slf4j..";

    enum Room {
        EVENT("event", List.of(), List.of()),
        WIRE("wire", List.of("event", "dataset", "wire.avro"), List.of(AVRO, JSON)),
        PIPELINE("pipeline", List.of("event", "grammar"), List.of(YAML)),
        TOPOLOGY(
                "topology",
                List.of("event", "wire", "pipeline", "dataset"),
                List.of(STREAMS, ROCKS, CLIENTS, COMMON, LOG)),
        LANE("lane", List.of("event", "wire", "worker"), List.of(CLIENTS, COMMON, LOG)),
        WORKER("worker", List.of("event", "model", "token", "sample", "grammar"), List.of(LOG)),
        GRAMMAR("grammar", List.of(), List.of(JSON, AVRO)),
        TOKEN("token", List.of(), List.of(JINJA, JINJA_EXPRESSIONS)),
        MODEL("model", List.of("kernel"), List.of()),
        KERNEL("kernel", List.of(), List.of("jdk.incubator.vector..")),
        SAMPLE("sample", List.of(), List.of()),
        CHECKPOINT("checkpoint", List.of("model", "kernel", "token"), List.of(JSON)),
        SIMULATION("simulation", List.of("model", "token"), List.of()),
        TABLE("table", List.of(), List.of(JSON, CSV, PARQUET, HADOOP_NAMES)),
        BATCH(
                "batch",
                List.of("event", "wire", "pipeline", "table", "dataset"),
                List.of(CLIENTS, COMMON, PROGRESS, LOG)),
        DATASET(
                "dataset",
                List.of("event", "pipeline", "token", "grammar", "table"),
                List.of(JSON, JSON_SCHEMA, RE2, AHO_CORASICK, OPEN_NLP)),
        CLIENT("client", List.of("event", "wire"), List.of(CLIENTS, COMMON)),
        GATEWAY(
                "gateway",
                List.of("event", "wire", "pipeline", "batch", "dataset"),
                List.of(JSON, CLIENTS, COMMON, HTTP, UPLOADS, LOG)),
        REGISTRY("registry", List.of("wire"), List.of(JSON, LOG)),
        METRICS("metrics", List.of(), List.of(JSON, HTTP, MICROMETER, PROMETHEUS, LOG)),
        BROKER("broker", List.of(), List.of("org.apache.kafka..", "kafka..", "scala..", LOG));

        private final String name;
        private final String[] allowed;

        Room(String name, List<String> rooms, List<String> libraries) {
            this.name = name;
            List<String> packages = new ArrayList<>(List.of("java..", "org.jspecify..", ROOT + name + ".."));
            rooms.forEach(room -> packages.add(ROOT + room + ".."));
            packages.addAll(libraries);
            this.allowed = packages.toArray(String[]::new);
        }
    }

    @ParameterizedTest
    @EnumSource
    void roomImportsOnlyWhatItsRowAllows(Room room) {
        classes()
                .that()
                .resideInAPackage(ROOT + room.name + "..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(room.allowed))
                .allowEmptyShould(true)
                .check(OURS);
    }

    @Test
    void nobodyImportsTheNode() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "node..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "node..")
                .check(OURS);
    }

    @Test
    void generatedAvroClassesAreVisibleToWireAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackages(ROOT + "wire", ROOT + "wire.avro")
                .should()
                .dependOnClassesThat()
                .resideInAPackage(ROOT + "wire.avro")
                .check(OURS);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("dev.scriptorium.(*)..").should().beFreeOfCycles().check(OURS);
    }

    @Test
    void environmentClocksAndExitsAreTouchedInTheNodeAlone() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "node..")
                .should()
                .callMethod(System.class, "exit", int.class)
                .orShould()
                .callMethod(System.class, "getenv", String.class)
                .orShould()
                .callMethod(System.class, "getenv")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(java.time.Instant.class, "now")
                .orShould()
                .callMethod(java.time.Clock.class, "systemUTC")
                .check(OURS);
    }
}

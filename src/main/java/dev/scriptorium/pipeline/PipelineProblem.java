package dev.scriptorium.pipeline;

/**
 * One thing wrong with a pipeline.
 *
 * @param file where it stands: the pipeline file's name as given, or the name of an environment variable
 * @param line from 1; 0 for an environment variable or for the file as a whole
 * @param message a sentence: the value found, the rule and the nearest right value
 */
public record PipelineProblem(String file, int line, String message) {
    /** As compilers write it: {@code topology/pipeline.yaml:31: route 'summaries' sends to …}. */
    public String text() {
        return (line > 0 ? file + ":" + line : file) + ": " + message;
    }
}

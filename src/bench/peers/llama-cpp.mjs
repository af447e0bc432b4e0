// The benchmark's work on llama.cpp: node llama-cpp.mjs MODEL.gguf prompt,1,8,32; prints a JSON line for each kind of work.
// A prompt of 512 tokens; then, for each number of sequences, steps of one token for all of them after 64 tokens each.
import {availableParallelism} from "node:os";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const PROMPT = 512, PREFIX = 64, STEPS = 8;
const [path, work] = process.argv.slice(2);
const threads = availableParallelism();
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: threads});
const model = await llama.loadModel({modelPath: path, gpuLayers: 0});
const token = (i) => 300 + (i * 7919) % 200;
const next = {generateNext: {token: true, options: {temperature: 0}}};
const print = (work, sequences, tokens, milliseconds) =>
    console.log(JSON.stringify({work, sequences, tokens_per_second: tokens * 1000 / milliseconds}));

async function prompt(measured) {
    const context = await model.createContext({contextSize: PROMPT + 64, sequences: 1, batchSize: PROMPT, threads});
    const ids = Array.from({length: PROMPT - 1}, (_, i) => token(i));
    const start = performance.now();
    await context.getSequence().controlledEvaluate([...ids, [token(PROMPT), next]]);
    if (measured) print("prompt", 1, PROMPT, performance.now() - start);
    await context.dispose();
}

async function decode(count) {
    const contextSize = PREFIX + 4 * STEPS;
    const context = await model.createContext({contextSize, sequences: count, batchSize: 512, threads});
    const sequences = Array.from({length: count}, () => context.getSequence());
    const prefix = Array.from({length: PREFIX}, (_, i) => token(i));
    await Promise.all(sequences.map((sequence) => sequence.controlledEvaluate(prefix)));
    const step = (n) => Promise.all(sequences.map((sequence, i) =>
        sequence.controlledEvaluate([[token(n * count + i), next]])));
    for (let n = 0; n < 2; n++) await step(n);
    const start = performance.now();
    for (let n = 0; n < STEPS; n++) await step(n + 2);
    print("decode", count, STEPS * count, performance.now() - start);
    await context.dispose();
}

const wanted = work.split(",");
if (wanted.includes("prompt")) {
    await prompt(false); // reads the file
    for (let run = 0; run < 2; run++) await prompt(true);
}
for (const count of wanted.filter((each) => each !== "prompt").map(Number)) await decode(count);
process.exit(0);

// Log likelihoods of choices by llama.cpp: node llama-cpp-choices.mjs MODEL.gguf choices.jsonl; a JSON line for each question.
// Key/value cache in f32: in f16, as is the default, sums differ by up to 0.02.
import {readFileSync} from "node:fs";
import {getLlama, LlamaLogLevel} from "node-llama-cpp";

const [path, file] = process.argv.slice(2);
const llama = await getLlama({gpu: false, build: "never", logLevel: LlamaLogLevel.error, maxThreads: 1});
const model = await llama.loadModel({modelPath: path, gpuLayers: 0});
const settings = {contextSize: 512, sequences: 1, batchSize: 512, threads: 1, flashAttention: false,
    experimentalKvCacheKeyType: "F32", experimentalKvCacheValueType: "F32"};
const all = {generateNext: {logits: true, options: {temperature: 1, topK: 0, topP: 1, minP: 0}}};
const ids = (text) => [model.tokens.bos, ...model.tokenize(text, false)];

/** The context that a question of ARC, of OpenBookQA or of any kind is asked by, and its choices. */
function asked(question) {
    if (question.context !== undefined) return [question.context, question.choices];
    if (question.question_stem) return [question.question_stem, question.choices.text];
    return [`Question: ${question.question}\nAnswer:`, question.choices.text];
}

function logSoftmax(logits, token) {
    const most = Math.max(...logits.values());
    let sum = 0;
    for (const logit of logits.values()) sum += Math.exp(logit - most);
    return logits.get(token) - most - Math.log(sum);
}

for (const line of readFileSync(file, "utf8").trim().split("\n")) {
    const question = JSON.parse(line);
    const [before, choices] = asked(question);
    const from = ids(before.trimEnd()).length;
    const log_likelihoods = [], tokens = [];
    for (const choice of choices) {
        const text = ids(`${before} ${choice}`);
        const context = await model.createContext(settings);
        const steps = text.map((token, i) => i + 1 >= from && i + 1 < text.length ? [token, all] : token);
        const next = await context.getSequence().controlledEvaluate(steps);
        let sum = 0;
        for (let i = from; i < text.length; i++) sum += logSoftmax(next[i - 1].next.logits, text[i]);
        log_likelihoods.push(Number(sum.toFixed(5)));
        tokens.push(text.length - from);
        await context.dispose();
    }
    console.log(JSON.stringify({id: question.id, log_likelihoods, tokens}));
}
process.exit(0);

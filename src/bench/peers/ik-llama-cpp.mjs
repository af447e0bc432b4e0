// The benchmark's work on ik_llama.cpp: node ik-llama-cpp.mjs BIN MODEL.gguf prompt,1,8,32; prints a JSON line for each
// kind of work. Its program prefills and decodes with forward passes alone, as ours does.
import {spawnSync} from "node:child_process";
import {availableParallelism, tmpdir} from "node:os";

const PROMPT = 512, PREFIX = 64, STEPS = 16;
const [bin, model, work] = process.argv.slice(2);
const sequences = work.split(",").filter((each) => each !== "prompt").map(Number);

// Rows of its table: prompt and generated tokens, sequences, cache, seconds and tokens/s of the prompt, then of decoding.
function rows(prompt, steps, counts) {
    const context = prompt + steps * Math.max(...counts);
    // The table goes to stderr, among the log; a log file goes where it runs.
    const {status, error, stderr: table} = spawnSync(`${bin}/llama-batched-bench`, ["-m", model, "-c", context, "-b", "512", "-ub", "512",
        "-npp", prompt, "-ntg", steps, "-npl", counts.join(","), "-pps", "-rtr", "-t", availableParallelism()],
    {encoding: "utf8", maxBuffer: 1 << 26, cwd: tmpdir()});
    if (status !== 0) throw error ?? new Error(table);
    return table.split("\n").map((line) => line.split("|").slice(1, -1).map(Number))
        .filter((cells) => cells.length === 10 && !cells.some(Number.isNaN));
}
const print = (kind, count, rate) => console.log(JSON.stringify({work: kind, sequences: count, tokens_per_second: rate}));

if (work.split(",").includes("prompt")) for (const cells of rows(PROMPT, 1, [1, 1])) print("prompt", 1, cells[5]);
if (sequences.length > 0) for (const cells of rows(PREFIX, STEPS, sequences)) print("decode", cells[2], cells[7]);

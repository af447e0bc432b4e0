// Medians of all rounds and their ratio: node ratios.mjs FOLDER
import {readdirSync, readFileSync} from "node:fs";

const folder = process.argv[2];
const theirs = readFileSync(`${folder}/theirs`, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const ours = readdirSync(folder).filter((name) => name.startsWith("ours-"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8")).filter((text) => text !== "") // one that was cut off
    .flatMap((text) => JSON.parse(text).rows);
const key = (row) => `${row.work} ${row.sequences}`;
const median = (rows, of) => {
    const rates = rows.filter((row) => key(row) === of).map((row) => row.tokens_per_second).sort((a, b) => a - b);
    return (rates[rates.length >> 1] + rates[(rates.length - 1) >> 1]) / 2;
};
console.log("work           Scriptorium  llama.cpp  ratio   (tokens/s, medians)");
for (const of of new Set(theirs.map(key))) {
    if (!ours.some((row) => key(row) === of)) continue;
    const [a, b] = [median(ours, of), median(theirs, of)];
    console.log(`${of.padEnd(14)} ${a.toFixed(1).padStart(11)} ${b.toFixed(1).padStart(10)} ${(a / b).toFixed(2).padStart(6)}`);
}

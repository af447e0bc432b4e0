// Medians and bests of all rounds, and their ratios: node ratios.mjs FOLDER PEER
import {readdirSync, readFileSync} from "node:fs";

const [folder, peer] = process.argv.slice(2);
const theirs = readFileSync(`${folder}/theirs`, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const ours = readdirSync(folder).filter((name) => name.startsWith("ours-"))
    .map((name) => readFileSync(`${folder}/${name}`, "utf8")).filter((text) => text !== "") // one that was cut off
    .flatMap((text) => JSON.parse(text).rows);
const key = (row) => `${row.work} ${row.sequences}`;
const median = (rows, of) => {
    const rates = rows.filter((row) => key(row) === of).map((row) => row.tokens_per_second).sort((a, b) => a - b);
    return (rates[rates.length >> 1] + rates[(rates.length - 1) >> 1]) / 2;
};
const best = (rows, of) => Math.max(...rows.filter((row) => key(row) === of)
    .map((row) => row.tokens_per_second_most ?? row.tokens_per_second));
const cell = (number, digits) => number.toFixed(digits).padStart(14);
console.log("tokens/s".padEnd(17) + ["medians: ours", peer, "ratio", "bests: ours", peer, "ratio"]
    .map((title) => title.padStart(14)).join(""));
for (const of of new Set(theirs.map(key))) {
    if (!ours.some((row) => key(row) === of)) continue;
    const [a, b, c, d] = [median(ours, of), median(theirs, of), best(ours, of), best(theirs, of)];
    console.log(of.padEnd(17) + cell(a, 1) + cell(b, 1) + cell(a / b, 2) + cell(c, 1) + cell(d, 1) + cell(c / d, 2));
}

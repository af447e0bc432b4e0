#!/usr/bin/env bash
# Runs llama.cpp (npm's node-llama-cpp, prebuilt, CPU) and Scriptorium on the same GGUF file and the same work, in
# alternation, and prints what each made and the ratio.
#   src/bench/peers/llama-cpp.sh MODEL.gguf [SEQUENCES [ROUNDS]]      for example: model.gguf 1,8,32 3
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
model=$(readlink -f "${1:?a GGUF file}")
sequences=${2:-1,8,32}
rounds=${3:-3}
command -v node >/dev/null || { echo "needs node 20 or newer" >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && npm init -y >/dev/null && npm install --silent --ignore-scripts node-llama-cpp@3.22.1 >&2)
cp "$here/llama-cpp.mjs" "$folder/"

for round in $(seq "$rounds"); do
  echo "round $round of $rounds: llama.cpp" >&2
  (cd "$folder" && node llama-cpp.mjs "$model" "$sequences") >>"$folder/theirs"
  echo "round $round of $rounds: Scriptorium" >&2
  "$home/scriptorium" bench --model "$model" --sequences "$sequences" --runs 3 --json >"$folder/ours-$round.json"
done
node "$here/ratios.mjs" "$folder"

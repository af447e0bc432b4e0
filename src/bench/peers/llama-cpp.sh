#!/usr/bin/env bash
# Runs llama.cpp (npm's node-llama-cpp, prebuilt, CPU) and Scriptorium on the same GGUF file and the same work, in
# alternation, and prints what each made and the ratio.
#   src/bench/peers/llama-cpp.sh MODEL.gguf [WORK [ROUNDS]]      for example: model.gguf prompt,1,8,32 3
# LLAMA_CPP_FOLDER  an npm folder with node-llama-cpp in it, instead of installing into a temporary one
# RESULTS           a folder for what was measured; several calls that name the same one add up
# MEASURE_WITH      a command put before each engine's, for example: nice -n -20
# SCRIPTORIUM       what starts Scriptorium, instead of the launcher
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
model=$(readlink -f "${1:?a GGUF file}")
work=${2:-prompt,1,8,32}
rounds=${3:-3}
command -v node >/dev/null || { echo "needs node 20 or newer" >&2; exit 1; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
results=${RESULTS:-$folder/results}
mkdir -p "$results"
if [ -n "${LLAMA_CPP_FOLDER:-}" ]; then
  ln -s "$(readlink -f "$LLAMA_CPP_FOLDER")/node_modules" "$folder/node_modules"
else
  (cd "$folder" && npm init -y >/dev/null && npm install --silent --ignore-scripts node-llama-cpp@3.22.1 >&2)
fi
cp "$here/llama-cpp.mjs" "$folder/"
prompt=--no-prompt
[[ ",$work," == *,prompt,* ]] && prompt=--prompt
sequences=$(tr , '\n' <<<"$work" | grep -v prompt | paste -sd , || true)

for round in $(seq "$rounds"); do
  echo "round $round of $rounds: llama.cpp" >&2
  # shellcheck disable=SC2086
  (cd "$folder" && ${MEASURE_WITH:-} node llama-cpp.mjs "$model" "$work") >>"$results/theirs"
  echo "round $round of $rounds: Scriptorium" >&2
  # shellcheck disable=SC2086
  ${MEASURE_WITH:-} ${SCRIPTORIUM:-"$home/scriptorium"} bench --model "$model" $prompt \
    ${sequences:+--sequences "$sequences"} --runs 3 --json >"$results/ours-$(date +%s%N).json"
done
node "$here/ratios.mjs" "$results"

#!/usr/bin/env bash
# Runs another engine and Scriptorium on the same GGUF file and the same work, in alternation, and prints what each made
# and the ratio. The scripts beside this one prepare an engine and call it:
#   beside.sh NAME MODEL.gguf WORK ROUNDS COMMAND…      COMMAND prints a JSON line for each kind of work, and run
# RESULTS           a folder for what was measured; several calls that name the same one add up
# MEASURE_WITH      a command put before each engine's, for example: nice -n -20
# SCRIPTORIUM       what starts Scriptorium, instead of the launcher
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
home=$(cd "$here/../../.." && pwd)
name=$1 model=$2 work=$3 rounds=$4
shift 4
command -v node >/dev/null || { echo "needs node 20 or newer" >&2; exit 1; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
results=${RESULTS:-$folder}
mkdir -p "$results"
prompt=--no-prompt
[[ ",$work," == *,prompt,* ]] && prompt=--prompt
sequences=$(tr , '\n' <<<"$work" | grep -v prompt | paste -sd , || true)

for round in $(seq "$rounds"); do
  echo "round $round of $rounds: $name" >&2
  # shellcheck disable=SC2086
  ${MEASURE_WITH:-} "$@" >>"$results/theirs"
  echo "round $round of $rounds: Scriptorium" >&2
  # shellcheck disable=SC2086
  ${MEASURE_WITH:-} ${SCRIPTORIUM:-"$home/scriptorium"} bench --model "$model" $prompt \
    ${sequences:+--sequences "$sequences"} --runs 3 --json >"$results/ours-$(date +%s%N).json"
done
node "$here/ratios.mjs" "$results" "$name"

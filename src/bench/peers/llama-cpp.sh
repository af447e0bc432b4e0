#!/usr/bin/env bash
# Beside llama.cpp (npm's node-llama-cpp, prebuilt, CPU); what else can be set is in beside.sh.
#   src/bench/peers/llama-cpp.sh MODEL.gguf [WORK [ROUNDS]]      for example: model.gguf prompt,1,8,32 3
# LLAMA_CPP_FOLDER  an npm folder with node-llama-cpp in it, instead of installing into a temporary one
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
model=$(readlink -f "${1:?a GGUF file}")
work=${2:-prompt,1,8,32}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "${LLAMA_CPP_FOLDER:-}" ]; then
  ln -s "$(readlink -f "$LLAMA_CPP_FOLDER")/node_modules" "$folder/node_modules"
else
  command -v npm >/dev/null || { echo "needs node 20 or newer, with npm" >&2; exit 1; }
  (cd "$folder" && npm init -y >/dev/null && npm install --silent --ignore-scripts node-llama-cpp@3.22.1 >&2)
fi
cp "$here/llama-cpp.mjs" "$folder/"
"$here/beside.sh" llama.cpp "$model" "$work" "${3:-3}" node "$folder/llama-cpp.mjs" "$model" "$work"

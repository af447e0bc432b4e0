#!/usr/bin/env bash
# Beside ik_llama.cpp, built before from its sources (target llama-batched-bench), weights repacked at load as its
# users do; what else can be set is in beside.sh.
#   src/bench/peers/ik-llama-cpp.sh BUILD/bin MODEL.gguf [WORK [ROUNDS]]      for example: … prompt,1,8,32 3
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$(readlink -f "${1:?the folder of its programs}")
model=$(readlink -f "${2:?a GGUF file}")
work=${3:-prompt,1,8,32}
"$here/beside.sh" ik_llama.cpp "$model" "$work" "${4:-3}" node "$here/ik-llama-cpp.mjs" "$bin" "$model" "$work"

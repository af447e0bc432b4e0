#!/usr/bin/env bash
# Beside llama3.java, of which Llama3.java lies in FOLDER; it runs one sequence at a time. Needs a JDK 25 in JAVA_HOME or
# on the PATH; what else can be set is in beside.sh.
#   src/bench/peers/llama3-java.sh FOLDER MODEL.gguf [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
sources=$(readlink -f "${1:?the folder of Llama3.java}")
model=$(readlink -f "${2:?a GGUF file}")
bin=${JAVA_HOME:+$JAVA_HOME/bin/}

classes=$(mktemp -d)
trap 'rm -rf "$classes"' EXIT
"${bin}javac" -nowarn -XDignore.symbol.file --add-modules jdk.incubator.vector -d "$classes" "$sources/Llama3.java" \
  "$here/Llama3JavaBench.java" 2> >(grep -v -i warning >&2)
"$here/beside.sh" llama3.java "$model" prompt,1 "${3:-3}" \
  "${bin}java" --add-modules jdk.incubator.vector -cp "$classes" com.llama4j.Llama3JavaBench "$model"

#!/bin/sh
# Instructions of one evaluation of the main toggle by name in the core: a number that no busy machine can blur.
# usage: benches/callgrind.sh   (needs valgrind; prints instructions an evaluation and where they are spent)
set -eu
cd "$(dirname "$0")/.."
cargo build --quiet --profile bench --package turnout-benches --bin turnout-instructions
program="${CARGO_TARGET_DIR:-target}/release/turnout-instructions"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
count() {
    valgrind --quiet --tool=callgrind --callgrind-out-file="$folder/$1" "$program" "$1" >/dev/null 2>&1
    sed -n 's/^summary: \([0-9]*\).*/\1/p; s/^totals: \([0-9]*\).*/\1/p' "$folder/$1" | tail -n 1
}
few=$(count 10000)
many=$(count 110000)
echo "$(((many - few) / 100000)) instructions an evaluation"
callgrind_annotate --auto=no "$folder/110000" | sed -n '/file:function/,$p' | head -n 25

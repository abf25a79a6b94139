#!/bin/sh
# Columns of queues in the core as wheels are built, for any x86-64 processor, and as built for this one alone.
# usage: benches/native.sh   (compiles the core twice, each into a folder of its own, and runs criterion on both)
set -eu
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-target}"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

measure() { # NAME FLAGS
    CARGO_TARGET_DIR="$target/$1" RUSTFLAGS="$2" cargo bench --locked --quiet --package turnout-benches --bench staffing \
        -- --warm-up-time 0.5 --measurement-time 3 --output-format bencher >"$folder/$1"
}

measure baseline ""
measure native "-C target-cpu=native"
# "test Erlang C measures/mix ... bench:     5801234 ns/iter (+/- 1234)": the goal is a ratio of at most 1.3.
awk -F ' \\.\\.\\. bench: *' '
    { name = $1; sub("^test ", "", name); split($2, number, " "); gsub(",", "", number[1]) }
    NF < 2 { next }
    NR == FNR { native[name] = number[1]; next }
    name in native { printf "%-28s baseline %11d ns, native %11d ns, ratio %.2f\n", name, number[1], native[name], number[1] / native[name] }
' "$folder/native" "$folder/baseline"

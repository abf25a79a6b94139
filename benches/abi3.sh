#!/bin/sh
# Instructions of one call from Python, with a module for this version of Python and with one for all (abi3).
# usage: benches/abi3.sh   (needs valgrind and a Python with the development version's packages; compiles the core twice)
set -eu
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
target="${CARGO_TARGET_DIR:-target}"

count() { # MODULE MODE CALLS
    PYTHONHASHSEED=0 PYTHONPATH="$folder/$1" valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        python3 benches/calls.py "$2" "$3" 2>&1 | sed -n 's/.*Collected : //p'
}

for module in version abi3; do
    [ "$module" = abi3 ] && features="--features abi3" || features=""
    # shellcheck disable=SC2086
    cargo build --quiet --release --package turnout-python $features
    mkdir "$folder/$module"
    cp -r python/turnout "$folder/$module"
    rm -f "$folder/$module"/turnout/_core.*.so
    cp "$target/release/lib_core.so" "$folder/$module/turnout/_core.abi3.so"
    for mode in name-dict evaluation handle-context; do
        echo "$module $mode: $((($(count $module $mode 9600) - $(count $module $mode 1600)) / 8000)) instructions a call"
    done
done

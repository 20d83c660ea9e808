#!/usr/bin/env bash
# run.sh [runtime|snapshot|store] [OPTION...] - builds the benchmarks, optimised and without assertions, and runs them
#
# Options (--help) go to the one of texts, or with `runtime` to the one of cells and pools, with `snapshot` to the one
# of shared records, with `store` to the one of stores; without any, all run.
set -eu
cd "$(dirname "$0")/.."
scripts/bootstrap.sh bench
# Go's sync.Map is a peer of the store where there is Go.
sync_map=()
if command -v go >/dev/null && GOFLAGS='' GOCACHE="$PWD/build-bench/go" go build -o build-bench/bench/sync_map bench/sync_map.go; then
	sync_map=(--sync-map build-bench/bench/sync_map)
fi
case ${1:-} in
runtime) shift; exec build-bench/bench/bench-runtime "$@" ;;
snapshot) shift; exec build-bench/bench/bench-snapshot "$@" ;;
store) shift; exec build-bench/bench/bench-store "${sync_map[@]}" "$@" ;;
'') build-bench/bench/bench-runtime; build-bench/bench/bench-snapshot; build-bench/bench/bench-store "${sync_map[@]}" ;;
esac
exec build-bench/bench/bench "$@"

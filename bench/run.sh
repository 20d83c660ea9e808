#!/usr/bin/env bash
# run.sh [runtime] [OPTION...] - builds the benchmarks, optimised and without assertions, and runs them; options go to
# the one of texts, or with `runtime` to the one of cells and pools (--help); without any, both run
set -eu
cd "$(dirname "$0")/.."
scripts/bootstrap.sh bench
case ${1:-} in
runtime) shift; exec build-bench/bench/bench-runtime "$@" ;;
esac
[ $# -gt 0 ] || build-bench/bench/bench-runtime
exec build-bench/bench/bench "$@"

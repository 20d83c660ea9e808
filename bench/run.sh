#!/usr/bin/env bash
# run.sh [OPTION...] - builds the benchmark, optimised and without assertions, and runs it; options go to it (--help)
set -eu
cd "$(dirname "$0")/.."
scripts/bootstrap.sh bench
exec build-bench/bench/bench "$@"

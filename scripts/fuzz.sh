#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...] - libFuzzer on each target of build-fuzz/ (all of them by default)
#
# What is found new goes to build-fuzz/corpus/TARGET; an input that crashes is kept as build-fuzz/crash-TARGET-HASH and
# ends the run with exit 1. A fixed one belongs into fuzz/corpus/TARGET, which `make test` replays.
set -eu
cd "$(dirname "$0")/.."
seconds=$1
shift
if [ $# = 0 ]; then
	mapfile -t targets < <(ls fuzz/corpus)
else
	targets=("$@")
fi
[ ${#targets[@]} -gt 0 ] || { echo "fuzz: no targets" >&2; exit 2; }
for target in "${targets[@]}"; do
	binary=build-fuzz/fuzz/fuzz_$target
	[ -x "$binary" ] || { echo "fuzz: no target '$target'; there are:" fuzz/corpus/* >&2; exit 2; }
	mkdir -p "build-fuzz/corpus/$target"
	log=build-fuzz/$target.log
	echo "fuzz: $target for $seconds s"
	if ! "$binary" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
		-artifact_prefix="build-fuzz/crash-$target-" "build-fuzz/corpus/$target" "fuzz/corpus/$target" \
		>"$log" 2>&1 </dev/null; then
		cat "$log" >&2
		echo "fuzz: $target failed; its input is build-fuzz/crash-$target-*" >&2
		exit 1
	fi
	sed -n 's/^stat::number_of_executed_units: */  inputs run: /p' "$log"
done

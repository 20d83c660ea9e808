#!/usr/bin/env bash
# model.sh [--short] [MODEL...] - checks all of the models in models/ with spin, and says how many states that took
#
# A model's opening comment names its runs, one a line: `RUN holds [OPTION...]` must be free of errors, `RUN fails
# OPTION...   why` must not be: a model that can't fail is worth nothing. LONG in place of RUN: not with --short. Speaks
# TAP; exit 1 when a run is not as named.
set -eu
cd "$(dirname "$0")/.."
command -v spin >/dev/null || { echo '1..0 # SKIP spin is not installed (Debian package spin)'; exit 0; }
runs='RUN\|LONG'
[ "${1-}" != --short ] || { runs=RUN; shift; }
[ $# -gt 0 ] || { set -- models/*.pml; }
source=$PWD n=0 failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# check MODEL holds|fails OPTION...
check() {
	local model=$1 want=$2 got states depth level start=$EPOCHREALTIME
	shift 2
	rm -f pan*
	spin -a "$@" "$source/$model" >spin.log 2>&1 || { cat spin.log; return 1; }
	# One that is found broken is found so soon that compiling it well would take longer.
	level=-O2
	[ "$want" = fails ] && level=-O0
	${CC:-cc} $level -w -DSAFETY -DCOLLAPSE -DMEMLIM=1500 -o pan pan.c
	./pan -m1000000 >pan.log 2>&1 || true
	states=$(sed -n 's/^ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log)
	depth=$(sed -n 's/^State-vector.*depth reached \([0-9]*\).*/\1/p' pan.log)
	if grep -q "errors: 0\$" pan.log && ! grep -q "Search not completed\|max search depth" pan.log; then
		got=holds
	elif grep -q '^pan:[0-9]*: \(assertion violated\|invalid end state\)' pan.log; then
		got=fails
	else
		got='was not searched to its end'
	fi
	told="$(basename "$model" .pml) $want${*:+ with $*}: $(printf '%.0f' "${states:-0}") states, depth ${depth:-0}"
	told+=", $(((${EPOCHREALTIME/[.,]/} - ${start/[.,]/}) / 1000)) ms"
	[ "$got" = fails ] && told+=", $(sed -n 's/^pan:[0-9]*: \(.*\) (at depth.*/\1/p' pan.log | tr -d '#' | head -1)"
	[ "$got" = "$want" ] && return
	echo "# it $got"
	sed 's/^/# /' pan.log
	return 1
}

for model; do
	while read -r want options; do
		n=$((n + 1)) told="$model $want $options"
		# What follows two spaces says what the options break. shellcheck disable=SC2086
		if check "$model" "$want" ${options%%  *}; then
			echo "ok $n - $told"
		else
			echo "not ok $n - $told"
			failed=1
		fi
	done < <(sed -n "s/^ \\* \\($runs\\) //p" "$source/$model")
done
echo "1..$n"
exit $failed

# tap.sh - tap.h for shell tests
#
#     . "$1/tests/tap.sh"
#     tap "order.h is accepted" fieldguard gen order.h     # one test point: does the command exit with 0?
#     tap_eq "$got" "$want" "count of orders"
#     tap_skip "no outside data"
#     tap_done
#
# A command that fails shows what it said as "# " lines.
tap_points=0
tap_failed=0

tap_point() { # ok|"not ok" NAME TEXT
	tap_points=$((tap_points + 1))
	printf '%s %d - %s\n' "$1" "$tap_points" "$2"
	[ "$1" = ok ] && return
	tap_failed=$((tap_failed + 1))
	printf '%s\n' "$3" | sed 's/^/# /'
}

tap() { # NAME COMMAND...
	local name=$1 said status=0
	shift
	said=$("$@" 2>&1 </dev/null) || status=$?
	if [ "$status" = 0 ]; then
		tap_point ok "$name"
	else
		tap_point 'not ok' "$name" "exit $status: $*"$'\n'"$said"
	fi
}

tap_eq() { # GOT WANT NAME
	if [ "$1" = "$2" ]; then
		tap_point ok "$3"
	else
		tap_point 'not ok' "$3" "got:"$'\n'"$1"$'\n'"want:"$'\n'"$2"
	fi
}

tap_skip() { # WHY
	tap_points=$((tap_points + 1))
	printf 'ok %d # SKIP %s\n' "$tap_points" "$1"
}

tap_done() {
	[ "$tap_points" != 0 ] || tap_point 'not ok' 'some test point' 'no test point was reached'
	printf '1..%d\n' "$tap_points"
	[ "$tap_failed" = 0 ] && exit 0 || exit 1
}

#!/usr/bin/env bash
# watch_pictures.sh [BUILD] - fieldguard watch on incident 3 of the lab, recorded: docs/pictures/watch.txt, watch.svg
#
# BUILD: a build folder with fieldguard and the lab. The transcript is of `watch` on the naive program and on its twin
# in Go; the picture is the terminal view. Needs the rights that watch needs, and tmux.
set -eu
cd "$(dirname "$0")/.."
build=$(cd "${1:-build}" && pwd)
target=docs/pictures
scratch=$(mktemp -d)
session=fieldguard-pictures-$$
pid=
trap 'kill $pid 2>/dev/null || true; tmux kill-session -t "$session" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# Without the folders of this machine.
bare() {
	sed "s|$scratch/||g; s|$build/lab/||g; s|$build/||g; s|$PWD/||g"
}

# Shows a command as it is typed, and runs it.
shown() {
	echo "\$ $*" | bare
	{ "$@" || true; } | bare
}

in_background() {
	echo "\$ $* &" | bare
	"$@" >/dev/null &
	pid=$!
	sleep 0.5
}

GO111MODULE=off GOFLAGS='' GOCACHE="$scratch/cache" go build -o "$scratch/lab3_response" lab/lab3_response.go
mkdir -p "$target"
{
	in_background "$build/lab/fieldguard-lab" 3 --only naive --for 120
	shown "$build/fieldguard" watch -p "$pid" --for 5 --plain
	kill "$pid"
	wait "$pid" 2>/dev/null || true
	echo
	in_background "$scratch/lab3_response" -for 120s
	shown "$build/fieldguard" watch -p "$pid" --for 5 --plain
	kill "$pid"
	wait "$pid" 2>/dev/null || true
} >"$target/watch.txt" 2>&1

"$build/lab/fieldguard-lab" 3 --only naive --for 120 >/dev/null &
pid=$!
sleep 0.5
tmux new-session -d -s "$session" -x 112 -y 30 "'$build/fieldguard' watch -p $pid"
sleep 6
tmux capture-pane -e -p -t "$session" | scripts/terminal_svg.py 112 >"$target/watch.svg"

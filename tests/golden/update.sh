#!/usr/bin/env bash
# update.sh - writes the expected text anew: run it when a change of the generator is meant, and read the diff before
# committing it
# usage: tests/golden/update.sh [FIELDGUARD]        (default: build/fieldguard)
set -eu
cd "$(dirname "$0")"
root=$(cd ../.. && pwd)
fieldguard=${1:-$root/build/fieldguard}
for header in *.h; do
	case $header in
	*.fg.h | check.h | wide.h) continue ;;
	esac
	"$fieldguard" gen -o . --include-as "$header" "$header" -- -I"$root/include" -std=gnu11
done

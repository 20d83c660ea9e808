#!/usr/bin/env bash
# pictures.sh [BUILD] - draws the pictures of docs/pictures: a record, its shared form, and a struct of Go
#
# BUILD: a build folder with fieldguard and examples/orders/quickstart, which carries its tags. Those of the Go program
# stand in a file of their own.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
target=docs/pictures
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

mkdir -p "$target"
"$build/fieldguard" layout "$build/examples/orders/quickstart" 'struct order' --svg "$target/order.svg"
"$build/fieldguard" layout "$build/examples/orders/quickstart" 'struct order_shared' --svg "$target/order_shared.svg"
if command -v go >/dev/null; then
	GO111MODULE=off GOCACHE="$scratch/cache" go build -o "$scratch/orders" "$target/orders.go"
	"$build/fieldguard" layout --policy "$target/orders.policy" "$scratch/orders" main.Order --svg "$target/go_order.svg"
else
	echo "pictures: there is no go: $target/go_order.svg stays as it is" >&2
fi

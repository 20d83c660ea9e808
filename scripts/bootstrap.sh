#!/usr/bin/env bash
# bootstrap.sh [CONFIGURATION[:TARGET]...] - from a fresh clone to what is built
#
# Installs the packages of packages.txt that are missing (Debian's apt-get; nothing is asked or touched when none is),
# then sets up and builds the folder of each named configuration: config/NAME.ini -> build-NAME/, and dev -> build/.
# A target: that alone is built, and what it needs.
set -eu
cd "$(dirname "$0")/.."

missing_packages() {
	local wanted installed
	wanted=$(sed 's/#.*//' packages.txt | xargs -n1 | sort -u)
	# shellcheck disable=SC2086 # one word a package
	installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' $wanted 2>/dev/null |
		sed -n 's/^installed //p' | sort -u)
	comm -23 <(echo "$wanted") <(echo "$installed")
}

# Runs a command that talks much, and shows what it said only when it fails.
hushed() {
	local log status=0
	log=$(mktemp)
	"$@" >"$log" 2>&1 </dev/null || status=$?
	[ "$status" = 0 ] || cat "$log" >&2
	rm -f "$log"
	return "$status"
}

install_packages() {
	local as_root=()
	if [ "$(id -u)" != 0 ]; then
		command -v sudo >/dev/null || {
			echo "bootstrap: packages are missing, and this is neither root nor has sudo." >&2
			echo "bootstrap: as root, run: apt-get install $*" >&2
			exit 1
		}
		as_root=(sudo)
	fi
	echo "bootstrap: installing what packages.txt names and this machine lacks (apt-get): $*"
	local get=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0)
	# The package lists may be absent or too old to download from: only then are they fetched anew.
	local install=("${get[@]}" install --no-install-recommends "$@")
	if ! "${install[@]}" >/dev/null 2>&1 </dev/null &&
		! { hushed "${get[@]}" update && hushed "${install[@]}"; }; then
		echo "bootstrap: apt-get could not install them; its words are above" >&2
		exit 1
	fi
}

# Sets up one build folder, anew when its configuration has changed since.
configure() {
	local name=$1 folder=$2
	[ -f "config/$name.ini" ] || { echo "bootstrap: there is no configuration config/$name.ini" >&2; exit 2; }
	[ -f "$folder/build.ninja" ] && cmp -s "config/$name.ini" "$folder/.configuration" && return
	echo "bootstrap: configuring $folder/ ($name)"
	rm -rf "$folder"
	hushed meson setup "$folder" --native-file "config/$name.ini" || { rm -rf "$folder"; exit 1; }
	cp "config/$name.ini" "$folder/.configuration"
}

if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
	mapfile -t missing < <(missing_packages)
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
else
	echo "bootstrap: no apt-get here; packages.txt says what the build needs" >&2
fi
[ -t 1 ] && quiet= || quiet=--quiet
for wanted in "$@"; do
	name=${wanted%%:*} target=${wanted#"${wanted%%:*}"} target=${target#:}
	[ "$name" = dev ] && folder=build || folder=build-$name
	configure "$name" "$folder"
	hushed ninja -C "$folder" build.ninja
	# shellcheck disable=SC2086 # either may be nothing
	ninja -C "$folder" $quiet $target
done
